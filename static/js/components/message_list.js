/** The list of messages: draws rows, keeps the reader's place, and asks for more where the reader is going. */

import { arrange, find, piece } from "../dom.js";
import * as times from "../times.js";
import * as message from "./message.js";

/**
 * @typedef {import("../types").Row} Row
 * @typedef {message.MessageRow} MessageRow
 */

/**
 * @typedef {object} Parts the elements that this list owns
 * @property {HTMLElement} log what scrolls
 * @property {HTMLElement} rows
 * @property {HTMLElement} older
 * @property {HTMLElement} newer
 * @property {HTMLElement} jump
 * @property {HTMLElement} jumpLabel
 */

/**
 * @typedef {object} Calls
 * @property {() => void} onOlder the reader comes near the top
 * @property {() => void} onNewer
 * @property {() => void} onLatest the reader wants to be at the end, and the end isn't here
 * @property {(seq: number) => void} onSeen the highest seq that is on the screen
 */

/**
 * @typedef {object} View
 * @property {Row[]} rows
 * @property {boolean} hasOlder
 * @property {boolean} hasNewer
 * @property {string | null} [trouble] why more couldn't be fetched
 * @property {number} read how far the reader had got before: what is older is not new
 * @property {() => void} [above] draws what stands above the rows; called when the reader's place is kept
 */

/** How far from the end still counts as being there, in pixels. */
const AT_END = 48;

/** So long the message that somebody was led to stands out, in milliseconds; message.css says the same. */
const FOUND = 2500;

/** Seconds of reading ahead: more is fetched this many screens before the edge. */
const SCREENS_AHEAD = 1.5;

export class MessageList {
  #parts;
  #calls;
  #ways;
  /** @type {Map<string, HTMLElement>} */
  #elements = new Map();
  /** @type {WeakMap<HTMLElement, {row: Row, name: string, people: string}>} what an element shows, and whom it names */
  #shown = new WeakMap();
  /** @type {View} */
  #view = { rows: [], hasOlder: false, hasNewer: false, read: 0 };
  #stuck = true;
  #seen = 0;
  #fresh = true;
  /** @type {number | null} the message where the reader is to begin */
  #goal = null;

  /**
   * @param {Parts} parts
   * @param {Calls} calls
   * @param {message.Ways} ways
   */
  constructor(parts, calls, ways) {
    this.#parts = parts;
    this.#calls = calls;
    this.#ways = ways;
    parts.log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    parts.jump.addEventListener("click", () => this.toEnd());
    const resized = new ResizeObserver(() => this.#resized());
    resized.observe(parts.log);
    resized.observe(parts.rows);
  }

  /** Whether the reader is where the newest things appear. */
  get isAtEnd() {
    return this.#stuck && !this.#view.hasNewer;
  }

  /** The highest seq that was on the screen. */
  get seen() {
    return this.#seen;
  }

  /** The seq of the first message on the screen; null when there is none. */
  get place() {
    const element = this.#anchor()?.element;
    return element instanceof HTMLElement ? Number(element.dataset.seq) || null : null;
  }

  /** Whether nothing of this conversation was drawn yet. */
  get isFresh() {
    return this.#fresh;
  }

  /**
   * Another conversation: nothing of the former one stays, and the next drawing decides where the reader begins.
   *
   * @param {number | null} [goal] the seq of the message to begin at, instead of what is new or the end
   */
  begin(goal = null) {
    this.#goal = goal;
    this.#elements.clear();
    this.#parts.rows.replaceChildren();
    this.#view = { rows: [], hasOlder: false, hasNewer: false, read: 0 };
    this.#stuck = true;
    this.#fresh = true;
    this.#seen = 0;
    this.#parts.jump.hidden = true;
  }

  /** @param {View} view */
  draw(view) {
    const { log, rows } = this.#parts;
    const grewUp = !this.#fresh && firstSeq(view.rows) < firstSeq(this.#view.rows);
    // History that comes in above is not news, and must not be read out.
    if (grewUp || this.#fresh) log.setAttribute("aria-live", "off");
    const anchor = this.#stuck ? null : this.#anchor();
    this.#view = view;
    view.above?.();
    const children = view.rows.map((row) => this.#element(row));
    arrange(rows, children);
    if (this.#elements.size > children.length * 2) this.#forget(view.rows);
    this.#drawEdges();
    if (this.#fresh) this.#placeFirst();
    else if (this.#stuck) this.#scrollToEnd();
    else if (anchor) this.#restore(anchor);
    if (grewUp || this.#fresh) requestAnimationFrame(() => log.removeAttribute("aria-live"));
    if (view.rows.length) this.#fresh = false;
    this.#look();
  }

  /** To the newest message, smoothly where that is near. */
  toEnd() {
    this.#stuck = true;
    if (this.#view.hasNewer) return this.#calls.onLatest();
    this.#scrollToEnd("smooth");
    this.#look();
  }

  /**
   * Brings one message to the middle and marks it for a moment.
   *
   * @param {number} seq
   */
  reveal(seq) {
    const element = this.#parts.rows.querySelector(`[data-seq="${seq}"]`);
    if (!element) return false;
    this.#middle(element);
    element.classList.add("message--found");
    setTimeout(() => element.classList.remove("message--found"), FOUND);
    this.#look();
    return true;
  }

  /** @param {Element} element */
  #middle(element) {
    this.#stuck = false;
    element.scrollIntoView({ block: "center", behavior: "instant" });
  }

  /** The reader may have come back to the page: what is on the screen is seen now. */
  look() {
    this.#look();
  }

  /**
   * @param {Row} row
   * @returns {HTMLElement}
   */
  #element(row) {
    const known = this.#elements.get(row.key);
    const element = known ?? create(row.kind);
    if (!known) this.#elements.set(row.key, element);
    const shown = this.#shown.get(element);
    const name = row.kind === "message" ? this.#ways.name(row.message.author) : "";
    const people = row.kind === "message" && namesSomebody(row.message) ? this.#ways.people.stamp() : "";
    if (shown && shown.name === name && shown.people === people && same(shown.row, row)) return element;
    this.#shown.set(element, { row, name, people });
    if (row.kind === "message") message.fill(element, row, this.#ways);
    if (row.kind === "day") fillDay(element, row.at);
    return element;
  }

  /** Elements of rows that are no longer there. @param {Row[]} rows */
  #forget(rows) {
    const keys = new Set(rows.map((row) => row.key));
    for (const key of this.#elements.keys()) if (!keys.has(key)) this.#elements.delete(key);
  }

  #drawEdges() {
    const { older, newer } = this.#parts;
    older.hidden = !this.#view.hasOlder || this.#view.rows.length === 0;
    newer.hidden = !this.#view.hasNewer;
    const waiting = older.firstElementChild;
    if (!waiting) return;
    if (!this.#view.trouble) {
      if (older.querySelector(".trouble")) older.querySelector(".trouble")?.remove();
      find(older, ".log__waiting").hidden = false;
      return;
    }
    if (older.querySelector(".trouble")) return;
    const trouble = piece("trouble-piece");
    find(trouble, ".trouble__reason").textContent = this.#view.trouble;
    find(trouble, "button").addEventListener("click", () => this.#calls.onOlder());
    find(older, ".log__waiting").hidden = true;
    older.append(trouble);
  }

  /** Where a reader begins: at the message that was asked for, at the first thing that is new, or else at the end. */
  #placeFirst() {
    if (!this.#view.rows.length) return;
    if (this.#goal !== null && this.#placeAtGoal(this.#goal)) return;
    const { log, rows } = this.#parts;
    const line = rows.querySelector(".new-line");
    const at = line ? line.getBoundingClientRect().top - log.getBoundingClientRect().top + log.scrollTop : Infinity;
    if (at > log.scrollHeight - log.clientHeight) return this.#scrollToEnd();
    // Straight there and not by way of the end, where nobody is to have been.
    log.scrollTop = at - log.clientHeight * 0.2;
    this.#stuck = this.#distance() <= AT_END;
  }

  /** What is no message, such as somebody's coming, is shown by the message nearest before it. @param {number} goal */
  #placeAtGoal(goal) {
    this.#goal = null;
    if (this.reveal(goal)) return true;
    const messages = this.#view.rows.filter((row) => row.kind === "message");
    const nearest = messages.findLast((row) => row.message.seq < goal) ?? messages[0];
    const element = nearest && this.#elements.get(nearest.key);
    if (element) this.#middle(element);
    return Boolean(element);
  }

  #scrolled() {
    this.#stuck = this.#distance() <= AT_END;
    this.#look();
  }

  #resized() {
    if (this.#stuck) this.#scrollToEnd();
    this.#look();
  }

  /** Pixels between what is on the screen and the end. */
  #distance() {
    const { log } = this.#parts;
    return log.scrollHeight - log.scrollTop - log.clientHeight;
  }

  /** @param {ScrollBehavior} [behavior] */
  #scrollToEnd(behavior = "instant") {
    const { log } = this.#parts;
    const near = this.#distance() < log.clientHeight * 3;
    log.scrollTo({ top: log.scrollHeight, behavior: near ? behavior : "instant" });
  }

  /**
   * What must not move when something is put in above it, and where it is: the first message on the screen, or the
   * first new one, since the line "New" above it goes up when older ones turn out to be new too.
   */
  #anchor() {
    const { top, bottom } = this.#parts.log.getBoundingClientRect();
    const isOnScreen = (/** @type {Element} */ element) => {
      const box = element.getBoundingClientRect();
      return box.bottom > top && box.top < bottom && element.classList.contains("message");
    };
    const fresh = this.#parts.rows.querySelector(".new-line + .message");
    const element = fresh && isOnScreen(fresh) ? fresh : [...this.#parts.rows.children].find(isOnScreen);
    return element ? { element, at: element.getBoundingClientRect().top } : null;
  }

  /** @param {{element: Element, at: number}} anchor */
  #restore({ element, at }) {
    if (!element.isConnected) return;
    const moved = element.getBoundingClientRect().top - at;
    if (moved) this.#parts.log.scrollTop += moved;
  }

  /** Sees what is on the screen, says so, and asks for more where an edge is near. */
  #look() {
    const { log, jump } = this.#parts;
    if (this.#view.rows.length === 0) {
      jump.hidden = true;
      return;
    }
    const seen = this.#newestOnScreen();
    if (seen > this.#seen) this.#seen = seen;
    if (seen) this.#calls.onSeen(seen);
    this.#drawJump();
    const ahead = log.clientHeight * SCREENS_AHEAD;
    if (this.#view.hasOlder && !this.#view.trouble && log.scrollTop < ahead) this.#calls.onOlder();
    if (this.#view.hasNewer && this.#distance() < ahead) this.#calls.onNewer();
  }

  #newestOnScreen() {
    const bottom = this.#parts.log.getBoundingClientRect().bottom;
    const children = this.#parts.rows.children;
    for (let index = children.length - 1; index >= 0; index -= 1) {
      const element = /** @type {HTMLElement} */ (children[index]);
      const seq = Number(element.dataset.seq);
      if (seq && (this.#stuck || element.getBoundingClientRect().top + 24 < bottom)) return seq;
    }
    return 0;
  }

  #drawJump() {
    const { jump, jumpLabel, log } = this.#parts;
    const known = Math.max(this.#seen, this.#view.read);
    const isNew = (/** @type {Row} */ row) => row.kind === "message" && !row.mine && row.message.seq > known;
    const count = this.#view.rows.filter(isNew).length;
    const far = this.#distance() > log.clientHeight;
    jump.hidden = this.isAtEnd || (count === 0 && !far && !this.#view.hasNewer);
    if (count === 0) jumpLabel.textContent = "Newest";
    else jumpLabel.textContent = count === 1 ? "1 new message" : `${count} new messages`;
  }
}

/** Whether it looks otherwise when others are in the room. @param {import("../types").Message} message */
function namesSomebody({ text, reactions }) {
  return text.includes("@") || Boolean(reactions?.length);
}

/** @param {Row[]} rows */
function firstSeq(rows) {
  const first = rows.find((row) => row.kind === "message");
  return first?.kind === "message" ? first.message.seq : Infinity;
}

/**
 * @param {Row["kind"]} kind
 * @returns {HTMLElement}
 */
function create(kind) {
  if (kind === "message") return message.create();
  return piece(kind === "day" ? "day-piece" : "new-piece");
}

/**
 * @param {HTMLElement} element
 * @param {string} at
 */
function fillDay(element, at) {
  const time = find(element, "time");
  time.textContent = times.dayName(at, Date.now());
  time.setAttribute("datetime", times.day(at));
}

/**
 * Whether drawing the second where the first was would change nothing. A day's name changes at midnight.
 *
 * @param {Row} one
 * @param {Row} other
 */
function same(one, other) {
  if (one.kind === "message" && other.kind === "message") {
    const alike = one.first === other.first && one.mine === other.mine;
    if (one.pending || other.pending) return alike && one.pending === other.pending;
    return alike && one.message === other.message;
  }
  return one.kind === "new" && other.kind === "new";
}
