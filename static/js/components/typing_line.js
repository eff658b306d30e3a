/** The line that says who is typing. It has its place always, so nothing moves when somebody does. */

import { sentence } from "../typing.js";

/** @typedef {import("../typing.js").Typists} Typists */

export class TypingLine {
  #root;
  #timer = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
  }

  /** @param {Typists} typists */
  draw(typists) {
    clearTimeout(this.#timer);
    const now = Date.now();
    const text = sentence(typists.current(now));
    this.#root.textContent = text;
    this.#root.classList.toggle("typing--on", text !== "");
    const wait = typists.nextExpiry(now);
    if (wait !== null) this.#timer = Number(setTimeout(() => this.draw(typists), wait + 20));
  }

  clear() {
    clearTimeout(this.#timer);
    this.#root.textContent = "";
    this.#root.classList.remove("typing--on");
  }
}
