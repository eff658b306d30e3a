// The pages of the contract: narrow the entries down to what is looked for, and unfold the one that a link leads to.

import { matches, words } from "../lookup.js";

const field = /** @type {HTMLInputElement} */ (document.getElementById("search-words"));
const found = /** @type {HTMLElement} */ (document.getElementById("search-found"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("search"));
/** @type {HTMLDetailsElement[]} */
const entries = [...document.querySelectorAll("details.entry")].map((each) => /** @type {HTMLDetailsElement} */ (each));
/** @type {HTMLElement[]} */
const sections = [...document.querySelectorAll(".docs__section")].map((each) => /** @type {HTMLElement} */ (each));
const texts = new Map(entries.map((entry) => [entry, (entry.textContent ?? "").toLowerCase()]));

function narrow() {
  const wanted = words(field.value);
  for (const entry of entries) entry.hidden = !matches(texts.get(entry) ?? "", wanted);
  for (const section of sections) section.hidden = !section.querySelector("details.entry:not([hidden])");
  const shown = entries.filter((entry) => !entry.hidden).length;
  found.textContent = wanted.length ? `${shown} of ${entries.length}` : "";
}

/** Unfold what the address names. It is shown even when the search had hidden it. */
function unfold() {
  const entry = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!(entry instanceof HTMLDetailsElement)) return;
  if (entry.hidden) {
    field.value = "";
    narrow();
  }
  entry.open = true;
  entry.scrollIntoView();
}

field.addEventListener("input", narrow);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const first = entries.find((entry) => !entry.hidden);
  if (!first || !words(field.value).length) return;
  first.open = true;
  first.querySelector("summary")?.focus();
});
addEventListener("hashchange", unfold);
narrow();
unfold();
