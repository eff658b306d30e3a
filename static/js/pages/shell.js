// Wires what every page has: theme, copying, revealing, asking, local times, and the focus on the first mistake.

import { confirmDialog } from "../components/confirm_dialog.js";
import { copyField } from "../components/copy_field.js";
import { localTime } from "../components/local_time.js";
import { noticeChoice } from "../components/notice_choice.js";
import { passwordReveal } from "../components/password_reveal.js";
import { themeButton, themeChoice } from "../components/theme_switch.js";

/**
 * @template {Element} T
 * @param {string} selector
 * @returns {NodeListOf<T>}
 */
const all = (selector) => document.querySelectorAll(selector);

/** @param {string} words */
function say(words) {
  let place = document.getElementById("said-aloud");
  if (!place) {
    place = document.createElement("p");
    place.id = "said-aloud";
    place.className = "visually-hidden";
    place.setAttribute("role", "status");
    document.body.append(place);
  }
  place.textContent = words;
}

/** @type {NodeListOf<HTMLElement>} */ (all("#theme-switch")).forEach(themeButton);
themeChoice(/** @type {NodeListOf<HTMLInputElement>} */ (all("[data-theme-choice]")));
noticeChoice(/** @type {NodeListOf<HTMLInputElement>} */ (all("[data-notices]")));
/** @type {NodeListOf<HTMLElement>} */ (all("[data-copy]")).forEach((button) => copyField(button, say));
/** @type {NodeListOf<HTMLElement>} */ (all("[data-reveal]")).forEach(passwordReveal);

const asking = [...all("[data-confirm]")].map((each) => each.closest("form"));
for (const form of new Set(asking)) if (form) confirmDialog(form);

const now = Date.now();
/** @type {NodeListOf<HTMLTimeElement>} */ (all("time[data-local]")).forEach((each) => localTime(each, now));

/** @type {NodeListOf<HTMLInputElement>} */ (all("input[data-select]")).forEach((input) => {
  input.addEventListener("focus", () => input.select());
});

/** @type {HTMLElement | null} */ (document.querySelector('[aria-invalid="true"]'))?.focus();
