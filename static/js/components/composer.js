/** The box that one writes in. It never loses what is in it: not by being off, not by a reload, not by a refusal. */

import { find } from "../dom.js";

/**
 * @typedef {object} Calls
 * @property {(text: string) => void} onSend
 * @property {(text: string) => void} onInput with what is in the box now, also when it was emptied
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
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener("keydown", (event) => this.#pressed(event));
    this.#text.addEventListener("input", () => this.#changed());
    // A tap on Send must not take the focus away: the phone's keyboard would go, and come back for the next line.
    this.#send.addEventListener("pointerdown", (event) => event.preventDefault());
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

  focus() {
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

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    // The Enter that takes a suggestion of an input method belongs to it. Safari says so by the key code only.
    if (event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.#text.value.trim();
    if (!text || this.#closed || this.#over() > 0) return this.focus();
    this.#text.value = "";
    this.#changed();
    this.#calls.onSend(text);
    this.#text.focus({ preventScroll: true });
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
    const ready = !this.isEmpty && over <= 0 && !this.#closed;
    this.#send.setAttribute("aria-disabled", String(!ready));
    this.#form.classList.toggle("composer--ready", ready);
    this.#form.classList.toggle("composer--over", over > 0);
    this.#note.textContent = this.#closed || countdown(over);
    if (told) this.#calls.onInput(this.#text.value);
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
