// Shows what is typed into a password field, for as long as the person wants; hidden again when the form is sent, so
// that no browser keeps it among ordinary fields.

/** @param {HTMLElement} button with the id of its input in data-reveal */
export function passwordReveal(button) {
  const input = document.getElementById(button.dataset.reveal ?? "");
  if (!(input instanceof HTMLInputElement)) return;

  /** @param {boolean} shown */
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    for (const icon of /** @type {NodeListOf<HTMLElement>} */ (button.querySelectorAll("[data-when]"))) {
      icon.hidden = (icon.dataset.when === "shown") !== shown;
    }
  };
  button.addEventListener("click", () => {
    show(input.type === "password");
    input.focus();
  });
  input.form?.addEventListener("submit", () => show(false));
}
