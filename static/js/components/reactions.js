/** What people put under a message: each emoji once, with how many did and who. */

import { arrange, find, piece } from "../dom.js";
import { isOpen } from "./popover.js";

/** @typedef {{emoji: string, count: number, user_ids: string[]}} Reaction */

/**
 * @typedef {object} People who is in the room
 * @property {string} me my user id
 * @property {(id: string) => string | null} name null for who isn't known here
 * @property {() => string} stamp another one when others are in the room
 */

/** So many names are said; the others are counted. */
const NAMED = 12;

/** So long a pointer stays, or a finger, before it means to know who did; in milliseconds. */
const DWELL = 400;

/**
 * @param {HTMLElement} list
 * @param {Reaction[]} reactions
 * @param {People} people
 * @param {(emoji: string, on: boolean) => void} onReact
 */
export function fill(list, reactions, people, onReact) {
  list.hidden = reactions.length === 0;
  if (reactions.length === 0 && !list.firstElementChild) return;
  const known = new Map([...list.children].map((each) => [/** @type {HTMLElement} */ (each).dataset.emoji, each]));
  const items = reactions.map((reaction) => {
    const item = /** @type {HTMLElement} */ (known.get(reaction.emoji) ?? piece("reaction-piece"));
    fillOne(item, reaction, people, onReact);
    return item;
  });
  arrange(list, items);
}

/**
 * @param {HTMLElement} item
 * @param {Reaction} reaction
 * @param {People} people
 * @param {(emoji: string, on: boolean) => void} onReact
 */
function fillOne(item, { emoji, count, user_ids }, people, onReact) {
  item.dataset.emoji = emoji;
  const mine = user_ids.includes(people.me);
  const named = who(user_ids, count, { ...people, mine });
  const button = /** @type {HTMLButtonElement} */ (find(item, "button"));
  button.setAttribute("aria-pressed", String(mine));
  button.setAttribute("aria-label", `${emoji} ${count}, ${named}`);
  button.dataset.who = named;
  button.onclick = () => onReact(emoji, !mine);
  find(item, ".reaction__emoji").textContent = emoji;
  find(item, ".reaction__count").textContent = String(count);
}

/**
 * The first few by name; of five hundred, no more are looked up than are said.
 *
 * @param {string[]} ids
 * @param {number} count
 * @param {Pick<People, "me" | "name"> & {mine: boolean}} people
 */
export function who(ids, count, { me, name, mine }) {
  const named = mine ? ["You"] : [];
  for (const id of ids) {
    if (named.length === NAMED) break;
    const found = id === me ? null : name(id);
    if (found !== null) named.push(found);
  }
  const rest = count - named.length;
  if (rest > 0) named.push(rest === 1 ? "1 other" : `${rest} others`);
  return named.length > 1 ? `${named.slice(0, -1).join(", ")} and ${named.at(-1)}` : (named[0] ?? "Nobody");
}

/** Says who put a reaction there: to a pointer that rests on it, to who comes to it by keys, to a finger that stays. */
export class ReactionTip {
  #tip;
  #timer = 0;
  /** A finger stayed: lifting it isn't a click. */
  #held = false;
  /** @type {(() => void) | null} what a finger that stays brings about */
  #stays = null;

  /**
   * @param {HTMLElement} tip a popover
   * @param {HTMLElement} rows what holds the messages
   */
  constructor(tip, rows) {
    this.#tip = tip;
    rows.addEventListener("pointerover", (event) => isCrossing(event) && this.#later(chip(event.target)));
    rows.addEventListener("pointerout", (event) => isCrossing(event) && this.#hide());
    rows.addEventListener("focusin", (event) => this.#focused(chip(event.target)));
    rows.addEventListener("focusout", () => this.#hide());
    rows.addEventListener("pointerdown", (event) => this.#pressed(event));
    for (const end of /** @type {const} */ (["pointerup", "pointercancel", "pointerleave"])) rows.addEventListener(end, () => this.#lifted());
    rows.addEventListener("click", (event) => this.#clicked(event), { capture: true });
    rows.addEventListener("contextmenu", (event) => this.#asked(event));
    document.addEventListener("scroll", () => this.#hide(), { capture: true, passive: true });
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.#hide());
    document.addEventListener("pointerdown", (event) => !chip(event.target) && this.#hide());
  }

  /** @param {HTMLElement | null} button */
  #later(button) {
    clearTimeout(this.#timer);
    if (button) this.#timer = Number(setTimeout(() => this.#show(button), DWELL));
  }

  /** @param {HTMLElement | null} button */
  #focused(button) {
    if (button?.matches(":focus-visible")) this.#show(button);
  }

  /** @param {PointerEvent} event */
  #pressed(event) {
    const button = chip(event.target);
    this.#hide();
    this.#held = false;
    if (event.pointerType === "mouse" || !button) return;
    this.#stays = () => {
      this.#lifted();
      this.#held = true;
      this.#show(button);
    };
    this.#timer = Number(setTimeout(this.#stays, DWELL));
  }

  #lifted() {
    clearTimeout(this.#timer);
    this.#stays = null;
  }

  /** The browser's own long press, which may come first. @param {MouseEvent} event */
  #asked(event) {
    if (!chip(event.target) || !(this.#held || this.#stays)) return;
    event.preventDefault();
    this.#stays?.();
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    if (!chip(event.target)) return;
    if (!this.#held) return this.#hide();
    this.#held = false;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {HTMLElement} button */
  #show(button) {
    if (!button.isConnected || !button.dataset.who) return;
    const tip = this.#tip;
    tip.textContent = button.dataset.who;
    if (!isOpen(tip)) tip.showPopover();
    const box = button.getBoundingClientRect();
    const above = box.top - tip.offsetHeight - 4;
    const left = Math.max(8, Math.min(box.left, innerWidth - tip.offsetWidth - 8));
    tip.style.setProperty("--top", `${Math.round(above > 8 ? above : box.bottom + 4)}px`);
    tip.style.setProperty("--left", `${Math.round(left)}px`);
  }

  #hide() {
    clearTimeout(this.#timer);
    if (isOpen(this.#tip)) this.#tip.hidePopover();
  }
}

/** Whether a mouse goes into a reaction or out of one, and not about in it. @param {PointerEvent} event */
function isCrossing({ pointerType, target, relatedTarget }) {
  return pointerType === "mouse" && chip(target) !== chip(relatedTarget);
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
function chip(target) {
  return target instanceof Element ? target.closest(".reaction") : null;
}
