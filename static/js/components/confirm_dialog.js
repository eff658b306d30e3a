// Asks before a form is sent that has data-confirm, or whose button has. Without JavaScript it is sent at once.

/** @param {HTMLFormElement} form */
export function confirmDialog(form) {
  let agreed = false;
  form.addEventListener("submit", async (event) => {
    if (agreed) return;
    const submitter = event.submitter instanceof HTMLElement ? event.submitter : null;
    const question = submitter?.dataset.confirm ?? form.dataset.confirm;
    if (!question) return;
    event.preventDefault();
    agreed = await ask(question, submitter?.textContent?.trim() || "Yes");
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
