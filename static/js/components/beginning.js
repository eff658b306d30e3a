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
   * @param {{title: string, isStart: boolean, isEmpty: boolean, link: string}} view `isStart`: nothing is older
   */
  draw({ title, isStart, isEmpty, link }) {
    const shown = isStart ? `${isEmpty} ${title} ${link}` : "";
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#root.hidden = !isStart;
    if (!isStart) return this.#root.replaceChildren();
    const made = piece(isEmpty ? "empty-piece" : "start-piece");
    if (isEmpty) {
      find(made, ".beginning__url").textContent = link.replace(/^https?:\/\//u, "");
      this.#onCopy(find(made, ".beginning__copy"));
    } else find(made, "[data-title]").textContent = title;
    this.#root.replaceChildren(made);
  }
}
