/** Offers people while a name is typed after an `@`: by keys, by pointer, by finger. */

import * as avatar from "../avatar.js";
import { find, piece } from "../dom.js";
import * as mentions from "../mentions.js";

/** @typedef {import("../mentions.js").Choice} Choice */

export class Suggestions {
  #list;
  #box;
  #choose;
  /** @type {Choice[]} */
  #choices = [];
  #at = 0;
  /** The `@` whose choices were put away by Esc. */
  #dismissed = -1;

  /**
   * @param {HTMLElement} list
   * @param {HTMLTextAreaElement} box
   * @param {(typed: string) => Choice[]} choose
   */
  constructor(list, box, choose) {
    this.#list = list;
    this.#box = box;
    this.#choose = choose;
    box.addEventListener("input", () => this.#look());
    box.addEventListener("click", () => this.#look());
    box.addEventListener("keyup", (event) => ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key) && this.#look());
    box.addEventListener("blur", () => this.close());
    // A press on a name must not take the focus, nor the keyboard of a phone, away from the box.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => this.#clicked(event));
  }

  get isOpen() {
    return !this.#list.hidden;
  }

  close() {
    this.#list.hidden = true;
    this.#choices = [];
    this.#box.removeAttribute("aria-activedescendant");
  }

  /** Whether the key was meant for the list. @param {KeyboardEvent} event */
  takes(event) {
    if (!this.isOpen || event.isComposing) return false;
    if (event.key === "ArrowDown") this.#mark(this.#at + 1);
    else if (event.key === "ArrowUp") this.#mark(this.#at - 1);
    else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") this.#take(this.#at);
    else if (event.key === "Escape") {
      this.#dismissed = this.#place()?.start ?? -1;
      this.close();
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  #place() {
    const { selectionStart, selectionEnd, value } = this.#box;
    return selectionStart === selectionEnd ? mentions.typedAt(value, selectionStart) : null;
  }

  #look() {
    const place = this.#place();
    if (!place || place.start !== this.#dismissed) this.#dismissed = -1;
    this.#choices = place && this.#dismissed < 0 ? this.#choose(place.typed) : [];
    if (this.#choices.length === 0) return this.close();
    this.#list.replaceChildren(...this.#choices.map(option));
    this.#list.hidden = false;
    this.#mark(0);
  }

  /** @param {number} at */
  #mark(at) {
    this.#at = (at + this.#choices.length) % this.#choices.length;
    for (const [index, item] of [...this.#list.children].entries()) item.setAttribute("aria-selected", String(index === this.#at));
    const marked = this.#list.children[this.#at];
    this.#box.setAttribute("aria-activedescendant", marked.id);
    marked.scrollIntoView({ block: "nearest" });
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const item = event.target instanceof Element ? event.target.closest("li") : null;
    if (item) this.#take([...this.#list.children].indexOf(item));
  }

  /** @param {number} index */
  #take(index) {
    const place = this.#place();
    const choice = this.#choices[index];
    this.close();
    if (!place || !choice) return;
    const { text, caret } = mentions.completed(this.#box.value, place, choice.name);
    this.#box.value = text;
    this.#box.setSelectionRange(caret, caret);
    this.#box.dispatchEvent(new Event("input", { bubbles: true }));
    this.close();
  }
}

/**
 * @param {Choice} choice
 * @param {number} index
 */
function option({ name, label, user }, index) {
  const item = piece("suggestion-piece");
  item.id = `suggestion-${index}`;
  const picture = find(item, ".avatar");
  picture.textContent = user ? avatar.initials(label) : "@";
  picture.className = `avatar avatar--small avatar--${user ? avatar.hue(user.id) : "nobody"}`;
  find(item, ".suggestion__label").textContent = label;
  find(item, ".suggestion__name").textContent = `@${name}`;
  return item;
}
