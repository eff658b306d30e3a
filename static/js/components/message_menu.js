/** Everything that can be done with one message, as a menu beside it or, on a phone, as a sheet below. */

import { find } from "../dom.js";
import { isOpen, openAt } from "./popover.js";

/**
 * @typedef {import("../types").Message} Message
 * @typedef {import("./message_bar.js").Deed} Deed
 */

/** So long after a finger is lifted its click may still come, in milliseconds. */
const LIFTS = 100;

/**
 * @typedef {object} Calls
 * @property {(message: Message) => Set<Deed>} can
 * @property {(deed: Deed, message: Message, anchor: HTMLElement) => void} onDeed
 * @property {(message: Message, emoji: string) => void} onEmoji
 * @property {(message: Message) => boolean} isReported by me, since the page was opened
 * @property {() => string[]} handful the emoji to offer at once
 * @property {(open: boolean) => void} onOpen
 */

export class MessageMenu {
  #menu;
  #emoji;
  #calls;
  /** @type {{message: Message, anchor: HTMLElement} | null} */
  #about = null;

  /**
   * @param {HTMLElement} menu
   * @param {HTMLElement} emoji where the handful goes
   * @param {Calls} calls
   */
  constructor(menu, emoji, calls) {
    this.#menu = menu;
    this.#emoji = emoji;
    this.#calls = calls;
    menu.addEventListener("click", (event) => this.#chosen(event));
    menu.addEventListener("keydown", (event) => this.#pressed(event));
    menu.addEventListener("toggle", () => this.#toggled());
    // By hand, since the browser would take the end of a long press for a press beside the menu, and close it.
    document.addEventListener("pointerdown", (event) => {
      if (isOpen(menu) && !menu.contains(/** @type {Node} */ (event.target))) menu.hidePopover();
    });
  }

  /**
   * @param {Message} message
   * @param {HTMLElement} anchor
   * @param {boolean} [held] by a finger that is still down
   */
  open(message, anchor, held = false) {
    // Not while the finger that opened it is still down: where it is lifted means nothing.
    this.#menu.toggleAttribute("data-held", held);
    const lifted = () => setTimeout(() => this.#menu.removeAttribute("data-held"), LIFTS);
    if (held) for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, lifted, { once: true });
    this.#about = { message, anchor };
    const can = this.#calls.can(message);
    for (const item of this.#items(true)) item.hidden = !can.has(/** @type {Deed} */ (item.dataset.deed));
    find(this.#menu, "[data-when=pinned]").hidden = !message.pinned;
    find(this.#menu, "[data-when=unpinned]").hidden = Boolean(message.pinned);
    const reported = this.#calls.isReported(message);
    find(this.#menu, "[data-when=reported]").hidden = !reported;
    find(this.#menu, "[data-when=unreported]").hidden = reported;
    find(this.#menu, "[data-deed=report]").setAttribute("aria-disabled", String(reported));
    this.#emoji.hidden = !can.has("react");
    const handful = can.has("react") ? this.#calls.handful() : [];
    this.#emoji.replaceChildren(...handful.map((emoji) => this.#quick(emoji)));
    if (!isOpen(this.#menu)) openAt(this.#menu, anchor);
    this.#calls.onOpen(true);
    this.#items()[0]?.focus({ preventScroll: true });
  }

  /** @param {string} emoji */
  #quick(emoji) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sheet-menu__one";
    button.setAttribute("role", "menuitem");
    button.dataset.emoji = emoji;
    button.setAttribute("aria-label", `React with ${emoji}`);
    button.textContent = emoji;
    return button;
  }

  /** @param {boolean} [all] also what is hidden now, and no emoji @returns {HTMLElement[]} */
  #items(all = false) {
    return [...this.#menu.querySelectorAll(all ? "[data-deed]" : "[data-deed]:not([hidden]), [data-emoji]")].map(
      (each) => /** @type {HTMLElement} */ (each),
    );
  }

  #toggled() {
    if (isOpen(this.#menu)) return;
    const { anchor } = this.#about ?? {};
    this.#calls.onOpen(false);
    // Where nothing else took the focus, it goes back to where it came from.
    if (anchor?.isConnected && (document.activeElement === document.body || this.#menu.contains(document.activeElement))) anchor.focus({ preventScroll: true });
  }

  /** @param {MouseEvent} event */
  #chosen(event) {
    const item = event.target instanceof Element ? event.target.closest("button") : null;
    if (!item || !this.#about || "held" in this.#menu.dataset || item.ariaDisabled === "true") return;
    const { message, anchor } = this.#about;
    const { deed, emoji } = item.dataset;
    this.#menu.hidePopover();
    if (emoji) this.#calls.onEmoji(message, emoji);
    else this.#calls.onDeed(/** @type {Deed} */ (deed), message, anchor);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const items = this.#items();
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Escape") event.stopPropagation();
    if (event.key === "Tab" || event.key === "Escape") return this.#menu.hidePopover();
    if (to === undefined) return;
    event.preventDefault();
    items[(to + items.length) % items.length]?.focus();
  }
}
