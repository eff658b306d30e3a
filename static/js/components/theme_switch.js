// The theme: as the system has it, or light, or dark. Kept in a cookie and not in the storage, which is emptied on
// logging out; it says nothing about the person.

const THEMES = /** @type {const} */ (["", "light", "dark"]);
const NAMES = { "": "as the system", light: "light", dark: "dark" };
const YEAR_SECONDS = 31_536_000;

/** @typedef {typeof THEMES[number]} Theme */

/** @returns {Theme} */
function current() {
  const theme = document.documentElement.dataset.theme;
  return THEMES.find((each) => each === theme) ?? "";
}

/** @param {Theme} theme */
function choose(theme) {
  document.documentElement.dataset.theme = theme;
  const age = theme ? YEAR_SECONDS : 0;
  document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax`;
  paintBrowser(theme);
  document.dispatchEvent(new CustomEvent("theme", { detail: theme }));
}

/**
 * Have the browser's own bars follow: one colour for a chosen theme, else one for each.
 * @param {Theme} theme
 */
function paintBrowser(theme) {
  const metas = /** @type {NodeListOf<HTMLMetaElement>} */ (document.querySelectorAll("meta[name=theme-color]"));
  for (const meta of metas) {
    meta.dataset.media ??= meta.media;
    const forTheme = meta.dataset.media.includes("dark") ? "dark" : "light";
    meta.media = theme ? (theme === forTheme ? "all" : "not all") : meta.dataset.media;
  }
}

/**
 * A button that goes round: as the system, light, dark.
 * @param {HTMLElement} button
 */
export function themeButton(button) {
  const draw = () => {
    const theme = current();
    const name = `Theme: ${NAMES[theme]}`;
    button.setAttribute("aria-label", name);
    button.title = name;
    for (const icon of /** @type {NodeListOf<HTMLElement>} */ (button.querySelectorAll("[data-theme-icon]"))) {
      icon.hidden = icon.dataset.themeIcon !== theme;
    }
  };
  button.addEventListener("click", () => {
    choose(THEMES[(THEMES.indexOf(current()) + 1) % THEMES.length] ?? "");
  });
  document.addEventListener("theme", draw);
  paintBrowser(current());
  draw();
}

/**
 * The same as radio buttons, one a theme.
 * @param {Iterable<HTMLInputElement>} radios
 */
export function themeChoice(radios) {
  const all = [...radios];
  const draw = () => all.forEach((radio) => (radio.checked = radio.value === current()));
  for (const radio of all) {
    radio.addEventListener("change", () => choose(THEMES.find((each) => each === radio.value) ?? ""));
  }
  document.addEventListener("theme", draw);
  draw();
}
