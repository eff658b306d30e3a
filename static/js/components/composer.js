/** The box that one writes in. It never loses what is in it: not by being off, not by a reload, not by a refusal. */

import { byId, find } from "../dom.js";
import { aloud } from "./aloud.js";
import { Suggestions } from "./suggestions.js";

/**
 * What is being written: something new, an answer to a message, or another text for one of mine.
 *
 * @typedef {{kind: "new"} | {kind: "reply" | "edit", message: import("../types").Message, name: string}} Task
 */

/**
 * @typedef {object} Calls
 * @property {(text: string, task: Task) => void} onSend
 * @property {() => void} onCancel an edit or an answer is given up
 * @property {() => void} onLast the key that edits what I said last
 * @property {(typed: string) => import("../mentions.js").Choice[]} choices whom one may mean
 * @property {(text: string) => Node[]} draw as the message will look
 * @property {(text: string) => string} line the words of a message in one line
 * @property {(text: string) => void} onInput with what is in the box now, also when it was emptied
 */

/**
 * What keeps one from sending, or might: shown above the box, where it is seen before one tries.
 *
 * @typedef {object} Hold
 * @property {"muted" | "slow"} kind
 * @property {string} why a sentence
 * @property {string} left how long still
 * @property {boolean} closed whether nothing can be sent right now
 * @property {boolean} edits whether what was said can be edited all the same
 */

/** From this many characters before the limit on, the count is shown. */
const NEAR = 200;

export class Composer {
  #form;
  #text;
  #send;
  #note;
  #limit;
  #calls;
  #closed = "";
  /** @type {Hold | null} */
  #hold = null;
  #held;
  #context;
  #preview;
  #see;
  #suggestions;
  /** @type {Task} */
  #task = { kind: "new" };

  /**
   * @param {HTMLFormElement} form
   * @param {number} limit code points
   * @param {Calls} calls
   */
  constructor(form, limit, calls) {
    this.#form = form;
    this.#limit = limit;
    this.#calls = calls;
    this.#text = /** @type {HTMLTextAreaElement} */ (find(form, "textarea"));
    this.#send = /** @type {HTMLButtonElement} */ (find(form, "button[type=submit]"));
    this.#note = find(form, ".composer__note");
    this.#context = find(form, ".composer__context");
    this.#held = find(form, ".composer__held");
    this.#preview = find(form, ".composer__preview");
    this.#see = /** @type {HTMLButtonElement} */ (find(form, ".composer__see"));
    this.#suggestions = new Suggestions(byId("suggestions"), this.#text, calls.choices);
    find(form, ".composer__cancel").addEventListener("click", () => calls.onCancel());
    this.#see.addEventListener("click", () => this.#toggle(this.#preview.hidden === true));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener("keydown", (event) => this.#pressed(event));
    this.#text.addEventListener("input", () => this.#changed());
    // A tap on Send must not take the focus away: the phone's keyboard would go, and come back for the next line.
    for (const each of [this.#send, this.#see]) each.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#changed(false);
  }

  get text() {
    return this.#text.value;
  }

  get isEmpty() {
    return this.#text.value.trim() === "";
  }

  /** @param {string} text */
  set text(text) {
    this.#text.value = text;
    this.#changed(false);
  }

  get task() {
    return this.#task;
  }

  /** What the box is for now. @param {Task} task */
  set task(task) {
    this.#task = task;
    this.#context.hidden = task.kind === "new";
    this.#toggle(false);
    this.#changed(false);
    if (task.kind === "new") return;
    find(this.#context, ".composer__doing").textContent = task.kind === "edit" ? "Editing your message" : `Replying to ${task.name}`;
    find(this.#context, ".composer__quoted").textContent = task.kind === "edit" ? "" : this.#calls.line(task.message.text);
  }

  focus() {
    this.#toggle(false);
    this.#text.focus({ preventScroll: true });
    this.#text.setSelectionRange(this.#text.value.length, this.#text.value.length);
  }

  /**
   * Sending is not possible for now; writing is.
   *
   * @param {string} reason empty when it is possible
   */
  close(reason) {
    this.#closed = reason;
    this.#changed(false);
  }

  /** What keeps one from sending until that is over, or null. What is in the box stays. @param {Hold | null} hold */
  hold(hold) {
    const before = this.#hold;
    this.#hold = hold;
    if (before?.why === hold?.why && before?.left === hold?.left && before?.closed === hold?.closed) return;
    this.#held.hidden = hold === null;
    this.#held.dataset.kind = hold?.kind ?? "";
    find(this.#held, ".composer__why").textContent = hold?.why ?? "";
    find(this.#held, ".composer__left").textContent = hold?.left ?? "";
    if (before?.closed !== hold?.closed) this.#changed(false);
  }

  /** Whether what is in the box can't be sent right now, however good it is. */
  get #isShut() {
    const isHeld = this.#hold?.closed && !(this.#hold.edits && this.#task.kind === "edit");
    return this.#closed !== "" || Boolean(isHeld);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (this.#suggestions.takes(event)) return;
    if (event.key === "Escape" && this.#task.kind !== "new" && !event.isComposing) {
      event.stopPropagation();
      return this.#calls.onCancel();
    }
    if (event.key === "ArrowUp" && this.#text.value === "" && this.#task.kind === "new" && !hasModifier(event)) {
      event.preventDefault();
      return this.#calls.onLast();
    }
    if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    // The Enter that takes a suggestion of an input method belongs to it. Safari says so by the key code only.
    if (event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.#text.value.trim();
    if (text && this.#isShut && this.#hold) aloud(`${this.#hold.why} ${this.#hold.left}`);
    if (!text || this.#isShut || this.#over() > 0) return this.focus();
    const task = this.#task;
    this.#text.value = "";
    this.task = { kind: "new" };
    this.#changed(task.kind !== "edit");
    this.#calls.onSend(text, task);
    this.#text.focus({ preventScroll: true });
  }

  /** The box, or in its place what it will look like. @param {boolean} seen */
  #toggle(seen) {
    if (this.#preview.hidden !== seen) return;
    this.#preview.hidden = !seen;
    this.#text.hidden = seen;
    this.#see.setAttribute("aria-pressed", String(seen));
    if (seen) this.#preview.replaceChildren(...this.#calls.draw(this.#text.value.trim()));
    else this.#text.focus({ preventScroll: true });
  }

  /** How many code points too many there are; negative when there is room. */
  #over() {
    const value = this.#text.value;
    // Code points are never more than code units, so most of the time nothing has to be counted.
    if (value.length <= this.#limit - NEAR) return value.length - this.#limit;
    return [...value.normalize("NFC").trim()].length - this.#limit;
  }

  #changed(told = true) {
    this.#grow();
    const over = this.#over();
    const ready = !this.isEmpty && over <= 0 && !this.#isShut;
    this.#send.setAttribute("aria-disabled", String(!ready));
    this.#see.hidden = this.isEmpty;
    if (this.isEmpty) this.#toggle(false);
    this.#form.classList.toggle("composer--ready", ready);
    this.#form.classList.toggle("composer--over", over > 0);
    this.#note.textContent = this.#closed || countdown(over);
    // What an edit types is no draft of something new.
    if (told && this.#task.kind !== "edit") this.#calls.onInput(this.#text.value);
  }

  /** As high as what is in it; the style sheet says where that ends. */
  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#text.style.setProperty("block-size", "auto");
    this.#text.style.setProperty("block-size", `${this.#text.scrollHeight}px`);
  }
}

/** @param {number} over */
function countdown(over) {
  if (over > 0) return `${over} too many`;
  return over > -NEAR ? `${-over} left` : "";
}

/** @param {KeyboardEvent} event */
function hasModifier(event) {
  return event.shiftKey || event.ctrlKey || event.altKey || event.metaKey;
}
