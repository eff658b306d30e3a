/** What is said to those who listen to the page. */

import { byId } from "../dom.js";

/** @param {string} text */
export function aloud(text) {
  byId("said-aloud").textContent = "";
  // The same words twice are said twice only when there was nothing in between.
  requestAnimationFrame(() => (byId("said-aloud").textContent = text));
}
