/** Chooses an emoji: those used last, then by group or by word. The list of them is fetched when it is first opened. */

import { find, GROUPS, shown, toned } from "../emoji.js";
import { isOpen, openAt } from "./popover.js";

/** @typedef {import("../emoji.js").Emoji} Emoji */

const HANDS = ["✋", "✋🏻", "✋🏼", "✋🏽", "✋🏾", "✋🏿"];
const TONES = ["no skin tone", "light skin tone", "medium-light skin tone", "medium skin tone", "medium-dark skin tone", "dark skin tone"];

/**
 * @typedef {object} Parts
 * @property {HTMLElement} popover
 * @property {HTMLInputElement} search
 * @property {HTMLElement} tone
 * @property {HTMLElement} groups
 * @property {HTMLElement} body
 */

export class EmojiPicker {
  #parts;
  #habits;
  #fetch;
  /** @type {Emoji[] | null} */
  #all = null;
  #group = -1;
  /** @type {((emoji: string) => void) | null} */
  #then = null;
  /** @type {HTMLElement | null} */
  #anchor = null;

  /**
   * @param {Parts} parts
   * @param {import("../emoji.js").Habits} habits
   * @param {() => Promise<Emoji[]>} fetch
   */
  constructor(parts, habits, fetch) {
    this.#parts = parts;
    this.#habits = habits;
    this.#fetch = fetch;
    parts.search.addEventListener("input", () => this.#draw());
    parts.search.addEventListener("keydown", (event) => this.#searchKey(event));
    parts.body.addEventListener("keydown", (event) => this.#bodyKey(event));
    parts.body.addEventListener("click", (event) => this.#chosen(event));
    parts.groups.addEventListener("click", (event) => this.#grouped(event));
    parts.tone.addEventListener("click", () => {
      this.#habits.tone = (this.#habits.tone + 1) % HANDS.length;
      this.#drawTone();
      this.#draw();
    });
    parts.popover.addEventListener("toggle", () => !isOpen(parts.popover) && this.#closed());
  }

  /**
   * @param {HTMLElement} anchor
   * @param {(emoji: string) => void} then
   */
  open(anchor, then) {
    this.#then = then;
    this.#anchor = anchor;
    this.#group = -1;
    this.#parts.search.value = "";
    this.#drawTone();
    this.#drawGroups();
    openAt(this.#parts.popover, anchor);
    this.#draw();
    // On a phone the keyboard would hide what there is to choose from.
    if (matchMedia("(pointer: fine)").matches) this.#parts.search.focus();
    if (!this.#all) void this.#load();
  }

  async #load() {
    this.#all = await this.#fetch().then(shown, () => null);
    this.#draw();
  }

  #closed() {
    const anchor = this.#anchor;
    const { activeElement } = document;
    this.#then = null;
    // What was focused in here is so for a moment longer, though nobody sees it.
    const isLost = activeElement === document.body || this.#parts.popover.contains(activeElement);
    if (anchor?.isConnected && isLost) anchor.focus({ preventScroll: true });
  }

  #drawTone() {
    const { tone } = this.#parts;
    tone.textContent = HANDS[this.#habits.tone];
    tone.setAttribute("aria-label", `Skin tone: ${TONES[this.#habits.tone]}`);
    tone.title = tone.getAttribute("aria-label") ?? "";
  }

  #drawGroups() {
    const all = [{ group: -1, label: "Used last", sign: "🕘" }, ...GROUPS];
    const buttons = all.map(({ group, label, sign }) => {
      const button = made(sign, label, "emoji-picker__group");
      button.dataset.group = String(group);
      button.setAttribute("aria-pressed", String(group === this.#group));
      return button;
    });
    this.#parts.groups.replaceChildren(...buttons);
  }

  #draw() {
    const { body, search } = this.#parts;
    const typed = search.value.trim();
    if (this.#all === null && (typed || this.#group >= 0)) return body.replaceChildren(note("Fetching…"));
    const found = typed ? find(this.#all ?? [], typed) : this.#inGroup();
    const children = found.map((each) => one(toned(each, this.#habits.tone), each.annotation));
    if (!typed && this.#group < 0) return this.#drawRecent();
    body.replaceChildren(...(children.length ? children : [note("No emoji is called so.")]));
    body.scrollTop = 0;
  }

  /** Those used last as they were used, then the first group, so that there is always something to see. */
  #drawRecent() {
    const names = new Map((this.#all ?? []).flatMap((each) => [each.emoji, ...(each.skins ?? []).map((skin) => skin.emoji)].map((sign) => [sign, each.annotation])));
    const recent = [...new Set([...this.#habits.recent, ...this.#habits.handful])].map((emoji) => one(emoji, names.get(emoji) ?? emoji));
    const faces = (this.#all ?? []).filter((each) => each.group === 0).map((each) => one(each.emoji, each.annotation));
    this.#parts.body.replaceChildren(note("Used last"), ...recent, ...(faces.length ? [note("Faces"), ...faces] : []));
  }

  #inGroup() {
    return (this.#all ?? []).filter((each) => each.group === this.#group);
  }

  /** @param {MouseEvent} event */
  #grouped(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    this.#group = Number(button.dataset.group);
    this.#parts.search.value = "";
    for (const each of this.#parts.groups.children) each.setAttribute("aria-pressed", String(each === button));
    this.#draw();
  }

  /** @param {KeyboardEvent} event */
  #searchKey(event) {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      this.#one(0)?.focus();
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (this.#parts.search.value.trim()) this.#one(0)?.click();
  }

  /** @param {KeyboardEvent} event */
  #bodyKey(event) {
    const all = this.#parts.body.querySelectorAll("button");
    const at = [...all].indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const columns = Math.max(1, Math.floor(this.#parts.body.clientWidth / (all[0]?.offsetWidth || 44)));
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (at < 0 || step === undefined) return;
    event.preventDefault();
    if (at + step < 0) this.#parts.search.focus();
    else all[Math.min(all.length - 1, at + step)].focus();
  }

  /** @param {number} index @returns {HTMLElement | undefined} */
  #one(index) {
    return this.#parts.body.querySelectorAll("button")[index];
  }

  /** @param {MouseEvent} event */
  #chosen(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const then = this.#then;
    if (!button?.dataset.emoji || !then) return;
    this.#parts.popover.hidePopover();
    then(button.dataset.emoji);
  }
}

/**
 * @param {string} emoji
 * @param {string} name
 */
function one(emoji, name) {
  const button = made(emoji, name, "emoji-picker__one");
  button.dataset.emoji = emoji;
  // Tab leads past them; arrows lead through them.
  button.tabIndex = -1;
  return button;
}

/**
 * @param {string} sign
 * @param {string} label
 * @param {string} className
 */
function made(sign, label, className) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = className;
  button.textContent = sign;
  button.title = label;
  button.setAttribute("aria-label", label);
  return button;
}

/** @param {string} text */
function note(text) {
  const line = document.createElement("p");
  line.className = "emoji-picker__note";
  line.textContent = text;
  return line;
}
