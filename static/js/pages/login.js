// After a failed attempt the server sends the form back empty, the same for every name. What was typed as the name
// is kept here instead, in this tab only.

const KEY = "login-name";

const form = document.getElementById("login");
const name = form?.querySelector("[name=username]");
const password = form?.querySelector("[name=password]");

if (form && name instanceof HTMLInputElement && password instanceof HTMLInputElement) {
  try {
    const typed = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    if (typed && "refused" in form.dataset && !name.value) {
      name.value = typed;
      password.focus();
    }
    form.addEventListener("submit", () => sessionStorage.setItem(KEY, name.value));
  } catch {
    // No storage: the name is typed again.
  }
}

export {};
