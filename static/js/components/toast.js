/** A sentence for a moment, above the composer: what didn't work, or was done out of sight. */

/** How long it stays, in milliseconds: time to read it, and to reach its button. */
const STAYS = 7000;

export class Toast {
  #root;
  #timer = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
  }

  /**
   * @param {string} sentence
   * @param {{label: string, act: () => void} | null} [way]
   */
  say(sentence, way = null) {
    clearTimeout(this.#timer);
    this.#root.replaceChildren(sentence);
    if (way) this.#root.append(" ", this.#button(way));
    this.#root.hidden = false;
    this.#timer = Number(setTimeout(() => this.hide(), STAYS));
  }

  hide() {
    clearTimeout(this.#timer);
    this.#root.hidden = true;
    this.#root.replaceChildren();
  }

  /** @param {{label: string, act: () => void}} way */
  #button({ label, act }) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "toast__way";
    button.textContent = label;
    button.addEventListener("click", () => {
      this.hide();
      act();
    });
    return button;
  }
}
