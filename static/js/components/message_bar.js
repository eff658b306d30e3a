/** The few things to do with a message that stand beside it: under a pointer, and where the focus is. */

/**
 * @typedef {import("../types").Message} Message
 * @typedef {"react" | "reply" | "edit" | "pin" | "copy" | "link" | "unread" | "versions" | "report" | "delete"} Deed
 */

/**
 * @typedef {object} Calls
 * @property {(seq: number) => Message | null} message one that something can be done with
 * @property {(message: Message) => Set<Deed>} can
 * @property {(deed: Deed, message: Message, anchor: HTMLElement) => void} onDeed
 * @property {(message: Message, anchor: HTMLElement, held: boolean) => void} onMore `held`: by a finger, still down
 */

/** So long a finger stays before it means the menu, in milliseconds; and so far it may wander, in pixels. */
const PRESS = { ms: 450, px: 10 };

export class MessageBar {
  #bar;
  #rows;
  #calls;
  /** @type {HTMLElement | null} */
  #article = null;

  /**
   * @param {HTMLElement} bar
   * @param {HTMLElement} rows what holds the messages
   * @param {Calls} calls
   */
  constructor(bar, rows, calls) {
    this.#bar = bar;
    this.#rows = rows;
    this.#calls = calls;
    rows.addEventListener("pointerover", (event) => event.pointerType === "mouse" && this.#show(articleOf(event.target)));
    rows.addEventListener("focusin", (event) => this.#focused(articleOf(event.target)));
    rows.addEventListener("pointerleave", () => this.#leave());
    rows.addEventListener("focusout", () => requestAnimationFrame(() => this.#leave()));
    rows.addEventListener("keydown", (event) => this.#pressed(event));
    bar.addEventListener("click", (event) => this.#clicked(event));
    this.#listenToFingers();
  }

  /** One message can be reached by Tab: where the reader was, or the last. Called after each drawing. */
  settle() {
    if (this.#article && !this.#message(this.#article)) this.#hide();
    const now = this.#rows.querySelector('[tabindex="0"].message');
    const last = this.#rows.lastElementChild;
    if (now && now.contains(document.activeElement)) return;
    if (now === last) return;
    now?.setAttribute("tabindex", "-1");
    if (last?.classList.contains("message")) last.setAttribute("tabindex", "0");
  }

  /** The menu that belongs to a message was opened or closed. @param {boolean} open */
  keep(open) {
    this.#article?.classList.toggle("message--acted", open);
    if (!open) this.#leave();
  }

  /** @param {HTMLElement | null} article */
  #focused(article) {
    if (!article) return;
    for (const other of this.#rows.querySelectorAll('[tabindex="0"].message')) if (other !== article) other.setAttribute("tabindex", "-1");
    article.setAttribute("tabindex", "0");
    if (article.matches(":focus-visible") || article.querySelector(":focus-visible")) this.#show(article);
  }

  /** @param {HTMLElement | null} article */
  #show(article) {
    if (!article || article === this.#article || this.#isBusy()) return;
    const message = this.#message(article);
    if (!message) return this.#hide();
    const can = this.#calls.can(message);
    for (const button of this.#bar.querySelectorAll("button")) {
      const deed = /** @type {Deed | "more"} */ (button.dataset.deed);
      button.hidden = deed !== "more" && !can.has(deed);
    }
    this.#article = article;
    this.#bar.hidden = false;
    article.append(this.#bar);
  }

  /** Hands off while a menu of it is open, or the focus is in it. */
  #isBusy() {
    return this.#article?.classList.contains("message--acted") || this.#bar.contains(document.activeElement);
  }

  #leave() {
    if (this.#isBusy() || this.#article?.matches(":hover") || this.#article?.matches(":focus-visible")) return;
    this.#hide();
  }

  #hide() {
    this.#article = null;
    this.#bar.hidden = true;
  }

  /** @param {HTMLElement} article */
  #message(article) {
    const seq = Number(article.dataset.seq);
    return article.isConnected && seq ? this.#calls.message(seq) : null;
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const message = this.#article && this.#message(this.#article);
    if (!button || !message) return;
    if (button.dataset.deed === "more") return this.#calls.onMore(message, button, false);
    this.#calls.onDeed(/** @type {Deed} */ (button.dataset.deed), message, button);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const article = event.target instanceof HTMLElement && event.target.matches(".message") ? event.target : null;
    if (!article || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step) {
      event.preventDefault();
      neighbour(article, step)?.focus();
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    const message = this.#message(article);
    if (message) this.#calls.onMore(message, article, false);
  }

  #listenToFingers() {
    let timer = 0;
    let at = { x: 0, y: 0 };
    /** @type {HTMLElement | null} the message that a finger is on */
    let pressed = null;
    const stop = () => {
      clearTimeout(timer);
      pressed = null;
    };
    const stayed = () => {
      const article = pressed;
      stop();
      if (article) this.#held(article);
    };
    this.#rows.addEventListener("pointerdown", (event) => {
      stop();
      const article = articleOf(event.target);
      if (event.pointerType === "mouse" || !article || onControl(event.target)) return;
      at = { x: event.clientX, y: event.clientY };
      pressed = article;
      timer = Number(setTimeout(stayed, PRESS.ms));
    });
    this.#rows.addEventListener("pointermove", (event) => {
      if (Math.hypot(event.clientX - at.x, event.clientY - at.y) > PRESS.px) stop();
    });
    for (const end of /** @type {const} */ (["pointerup", "pointercancel", "pointerleave"])) this.#rows.addEventListener(end, stop);
    this.#rows.addEventListener("contextmenu", (event) => {
      if (!matchMedia("(pointer: coarse)").matches || onControl(event.target)) return;
      event.preventDefault();
      // The browser's own long press: on a busy machine it comes before the timer, and the end of the press after it.
      stayed();
    });
  }

  /** @param {HTMLElement} article */
  #held(article) {
    const message = this.#message(article);
    if (!message) return;
    this.#article = article;
    this.#calls.onMore(message, article, true);
  }
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
function articleOf(target) {
  return target instanceof Element ? target.closest("article.message") : null;
}

/** What a press means already. @param {EventTarget | null} target */
function onControl(target) {
  return target instanceof Element && target.closest("a, button, pre") !== null;
}

/**
 * @param {Element} article
 * @param {number} step
 * @returns {HTMLElement | null}
 */
function neighbour(article, step) {
  let next = step < 0 ? article.previousElementSibling : article.nextElementSibling;
  while (next && !next.classList.contains("message")) next = step < 0 ? next.previousElementSibling : next.nextElementSibling;
  return /** @type {HTMLElement | null} */ (next);
}
