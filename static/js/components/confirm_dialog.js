// Asks before a form with data-confirm is sent. Without JavaScript the form is sent at once.

/** @param {HTMLFormElement} form */
export function confirmDialog(form) {
  let agreed = false;
  form.addEventListener("submit", async (event) => {
    if (agreed) return;
    event.preventDefault();
    const submitter = event.submitter instanceof HTMLElement ? event.submitter : null;
    agreed = await ask(form.dataset.confirm ?? "", submitter?.textContent?.trim() || "Yes");
    if (agreed) form.requestSubmit(submitter);
  });
}

/**
 * @param {string} question
 * @param {string} verb what the button says
 * @returns {Promise<boolean>}
 */
export function ask(question, verb) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "question");

  const text = document.createElement("p");
  text.id = "question";
  text.className = "dialog__title";
  text.textContent = question;

  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "dialog__actions";
  form.append(answer("Cancel", "", "button button--quiet"), answer(verb, "yes", "button button--danger"));

  dialog.append(text, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

/**
 * @param {string} word
 * @param {string} value
 * @param {string} className
 */
function answer(word, value, className) {
  const button = document.createElement("button");
  button.value = value;
  button.className = className;
  button.textContent = word;
  return button;
}
