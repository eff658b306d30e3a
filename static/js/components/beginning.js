/** What stands where the conversation begins: how to begin one, or that this is where it began. */

import { find, piece } from "../dom.js";

export class Beginning {
  #root;
  #onCopy;
  #shown = "";

  /**
   * @param {HTMLElement} root
   * @param {(button: HTMLElement) => void} onCopyButton a button that shall copy the link was made
   */
  constructor(root, onCopyButton) {
    this.#root = root;
    this.#onCopy = onCopyButton;
  }

  /**
   * @param {{title: string, isStart: boolean, isEmpty: boolean, isWindow: boolean, link: string}} view
   *   `isStart`: nothing older is shown; `isWindow`: because who came so late sees the room from here on only
   */
  draw({ title, isStart, isEmpty, isWindow, link }) {
    const shown = isStart ? `${isEmpty} ${isWindow} ${title} ${link}` : "";
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#root.hidden = !isStart;
    if (!isStart) return this.#root.replaceChildren();
    const made = piece(isEmpty ? "empty-piece" : "start-piece");
    if (isEmpty) {
      find(made, ".beginning__url").textContent = link.replace(/^https?:\/\//u, "");
      this.#onCopy(find(made, ".beginning__copy"));
    } else find(made, "[data-title]").textContent = title;
    for (const words of made.querySelectorAll("[data-window]")) {
      if (words instanceof HTMLElement) words.hidden = (words.dataset.window === "yes") !== isWindow;
    }
    this.#root.replaceChildren(made);
  }
}
