/** What those who look after a room can do about one of its members, beside that member in the list. */

import { byId, find } from "../dom.js";
import { isOpen, openAt } from "./popover.js";

/**
 * @typedef {import("../types").Member} Member
 * @typedef {import("../types").Room} Room
 * @typedef {"mute" | "unmute" | "promote" | "demote" | "remove" | "ban"} MemberDeed
 */

const RANK = { owner: 2, moderator: 1, member: 0 };

/** Whether somebody in this role may act on somebody in that one. @param {Room["role"]} mine @param {Room["role"]} theirs */
export function outranks(mine, theirs) {
  return RANK[mine] > RANK[theirs];
}

export class MemberMenu {
  #menu = byId("member-menu");
  #calls;
  /** @type {{member: Member, anchor: HTMLElement} | null} */
  #about = null;

  /** @param {{room: () => Room | undefined, onDeed: (deed: MemberDeed, member: Member) => void}} calls */
  constructor(calls) {
    this.#calls = calls;
    this.#menu.addEventListener("click", (event) => this.#chosen(event));
    this.#menu.addEventListener("keydown", (event) => this.#pressed(event));
    this.#menu.addEventListener("toggle", () => this.#toggled());
  }

  /**
   * @param {Member} member
   * @param {HTMLElement} anchor
   */
  open(member, anchor) {
    const room = this.#calls.room();
    if (!room || !outranks(room.role, member.role)) return;
    this.#about = { member, anchor };
    find(this.#menu, "#member-menu-name bdi").textContent = member.user.display_name;
    const isMuted = isSilent(member);
    const givesRoles = room.role === "owner" && !member.user.bot;
    const shown = { mute: !isMuted, unmute: isMuted, promote: givesRoles && member.role === "member", demote: givesRoles && member.role === "moderator" };
    for (const [deed, isShown] of Object.entries(shown)) find(this.#menu, `[data-do=${deed}]`).hidden = !isShown;
    find(this.#menu, "[data-do=page]").setAttribute("href", `/rooms/${encodeURIComponent(room.id)}/members#member-${member.user.id}`);
    openAt(this.#menu, anchor);
    this.#items()[0]?.focus({ preventScroll: true });
  }

  /** @returns {HTMLElement[]} */
  #items() {
    return [...this.#menu.querySelectorAll("[data-do]:not([hidden])")].map((each) => /** @type {HTMLElement} */ (each));
  }

  #toggled() {
    const { anchor } = this.#about ?? {};
    anchor?.setAttribute("aria-expanded", String(isOpen(this.#menu)));
    const isNowhere = document.activeElement === document.body || this.#menu.contains(document.activeElement);
    if (!isOpen(this.#menu) && anchor?.isConnected && isNowhere) anchor.focus({ preventScroll: true });
  }

  /** @param {MouseEvent} event */
  #chosen(event) {
    const item = event.target instanceof Element ? event.target.closest("button[data-do]") : null;
    if (!(item instanceof HTMLElement) || !this.#about) return;
    const { member } = this.#about;
    this.#menu.hidePopover();
    this.#calls.onDeed(/** @type {MemberDeed} */ (item.dataset.do), member);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const items = this.#items();
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Escape") event.stopPropagation();
    if (event.key === "Tab" || event.key === "Escape") return this.#menu.hidePopover();
    if (to === undefined) return;
    event.preventDefault();
    items[(to + items.length) % items.length]?.focus();
  }
}

/** Whether somebody may only read now. @param {Member} member */
export function isSilent({ muted_until }) {
  return Boolean(muted_until) && Date.parse(muted_until ?? "") > Date.now();
}
