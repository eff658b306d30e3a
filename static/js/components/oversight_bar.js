/** Below the room's head, for those who look after it: who is at the door, and whether something was reported. */

import * as avatar from "../avatar.js";
import { byId, find, piece } from "../dom.js";
import * as times from "../times.js";

/** @typedef {import("../types").Knock} Knock */

/**
 * A press on what has just come under the pointer was meant for what was there before, in milliseconds: whoever presses
 * "Let in" twice lets in one.
 */
const SETTLES = 600;

/**
 * @typedef {object} View
 * @property {string} roomId
 * @property {Knock[]} knocks longest first
 * @property {number} reports how many nobody answered
 * @property {string} problem why the first of them couldn't be answered
 */

export class OversightBar {
  #root = byId("oversight");
  #door = byId("at-the-door");
  #onAnswer;
  #onGone;
  #shown = "";
  #since = 0;

  /**
   * @param {object} calls
   * @param {(knockId: string, answer: "approve" | "deny") => Promise<void>} calls.onAnswer
   * @param {() => void} calls.onGone the one is gone on whom the focus was
   */
  constructor({ onAnswer, onGone }) {
    this.#onAnswer = onAnswer;
    this.#onGone = onGone;
  }

  /** @param {View} view */
  draw({ roomId, knocks, reports, problem }) {
    const place = `/rooms/${encodeURIComponent(roomId)}`;
    this.#drawDoor(knocks[0]);
    const problemLine = this.#door.querySelector(".knock__problem");
    if (problemLine instanceof HTMLElement && problemLine.textContent !== problem) {
      problemLine.hidden = problem === "";
      problemLine.textContent = problem;
    }
    link(byId("more-knocks"), `${place}/knocks`, knocks.length > 1 ? `and ${knocks.length - 1} more` : "");
    link(byId("open-reports"), `${place}/reports`, reports ? `${reports} reported ${reports === 1 ? "message" : "messages"}` : "");
    this.#root.hidden = knocks.length === 0 && reports === 0;
  }

  /** @param {Knock | undefined} knock */
  #drawDoor(knock) {
    if (this.#shown === (knock?.id ?? "")) return;
    const hadFocus = this.#door.contains(document.activeElement);
    this.#shown = knock?.id ?? "";
    this.#since = performance.now();
    this.#door.replaceChildren(...(knock ? [this.#card(knock)] : []));
    if (!hadFocus) return;
    if (knock) find(this.#door, "[data-answer=approve]").focus({ preventScroll: true });
    else this.#onGone();
  }

  /** @param {Knock} knock */
  #card({ id, user, link: label, created_at }) {
    const card = piece("knock-piece");
    card.setAttribute("aria-label", `${user.display_name} is at the door`);
    const picture = find(card, ".knock__avatar");
    picture.textContent = avatar.initials(user.display_name);
    picture.classList.add(`avatar--${avatar.hue(user.id)}`);
    const name = find(card, ".knock__name");
    name.textContent = user.display_name;
    name.title = user.username;
    find(card, ".knock__link").hidden = !label;
    find(card, ".knock__label").textContent = label ?? "";
    const time = find(card, "time");
    time.setAttribute("datetime", created_at);
    time.textContent = times.brief(created_at, Date.now());
    time.title = times.exact(created_at);
    find(card, "[data-answer=approve]").setAttribute("aria-label", `Let in ${user.display_name}`);
    find(card, "[data-answer=deny]").setAttribute("aria-label", `Turn away ${user.display_name}`);
    card.addEventListener("click", (event) => void this.#pressed(event, id, card));
    return card;
  }

  /**
   * @param {Event} event
   * @param {string} knockId
   * @param {HTMLElement} card
   */
  async #pressed(event, knockId, card) {
    const button = event.target instanceof Element ? event.target.closest("button[data-answer]") : null;
    if (!(button instanceof HTMLElement) || card.ariaBusy === "true" || performance.now() - this.#since < SETTLES) return;
    card.ariaBusy = "true";
    await this.#onAnswer(knockId, button.dataset.answer === "approve" ? "approve" : "deny");
    card.ariaBusy = null;
  }
}

/**
 * @param {HTMLElement} place
 * @param {string} href
 * @param {string} words
 */
function link(place, href, words) {
  place.hidden = words === "";
  place.setAttribute("href", href);
  find(place, "span").textContent = words;
}
