/** The command palette: a box, and below it the rooms and actions that match what is in it. */

import { byId, find, piece } from "../dom.js";
import { matching } from "../palette.js";

/** @typedef {import("../palette.js").Entry} Entry */

export class Palette {
  #dialog = /** @type {HTMLDialogElement} */ (byId("palette"));
  #input = /** @type {HTMLInputElement} */ (byId("palette-input"));
  #list = byId("palette-list");
  #calls;
  /** @type {Entry[]} */
  #entries = [];
  /** @type {Entry[]} */
  #offered = [];
  #at = 0;

  /** @param {{entries: () => Entry[], onChoose: (entry: Entry) => void}} calls */
  constructor(calls) {
    this.#calls = calls;
    this.#input.addEventListener("input", () => this.#draw());
    this.#input.addEventListener("keydown", (event) => this.#pressed(event));
    this.#list.addEventListener("click", (event) => {
      const item = event.target instanceof Element ? event.target.closest("li") : null;
      if (item) this.#choose([...this.#list.children].indexOf(item));
    });
  }

  toggle() {
    if (this.#dialog.open) return this.#dialog.close();
    // One question at a time.
    if (document.querySelector("dialog[open]")) return;
    this.#entries = this.#calls.entries();
    this.#input.value = "";
    this.#dialog.showModal();
    this.#draw();
    this.#input.focus();
  }

  #draw() {
    this.#offered = matching(this.#entries, this.#input.value);
    this.#list.replaceChildren(...this.#offered.map(item));
    byId("palette-none").hidden = this.#offered.length > 0;
    this.#mark(0);
  }

  /** @param {number} at */
  #mark(at) {
    const count = this.#offered.length;
    this.#at = count ? (at + count) % count : 0;
    for (const [index, each] of [...this.#list.children].entries()) each.setAttribute("aria-selected", String(index === this.#at));
    const marked = this.#list.children[this.#at];
    if (!marked) return this.#input.removeAttribute("aria-activedescendant");
    this.#input.setAttribute("aria-activedescendant", marked.id);
    marked.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") this.#mark(this.#at + 1);
    else if (event.key === "ArrowUp") this.#mark(this.#at - 1);
    else if (event.key === "Enter") this.#choose(this.#at);
    else return;
    event.preventDefault();
  }

  /** @param {number} index */
  #choose(index) {
    const entry = this.#offered[index];
    if (!entry) return;
    this.#dialog.close();
    this.#calls.onChoose(entry);
  }
}

/**
 * @param {Entry} entry
 * @param {number} index
 */
function item({ label, hint, kind }, index) {
  const made = piece("palette-piece");
  made.id = `palette-${index}`;
  made.dataset.kind = kind;
  find(made, ".palette__label").textContent = label;
  find(made, ".palette__hint").textContent = hint;
  return made;
}

/** Ctrl+K, or ⌘K. @param {() => void} act */
export function onPaletteKey(act) {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    act();
  });
}
