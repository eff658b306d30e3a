/** Who is in the room: here now, and away. */

import * as avatar from "../avatar.js";
import { arrange, byId, find, piece } from "../dom.js";
import { isSilent, outranks } from "./member_menu.js";

/** @typedef {import("../types").Member} Member */

const ROLES = { owner: "Owner", moderator: "Moderator", member: "" };

export class MemberList {
  #me;
  #onMore;
  /** @type {Map<string, HTMLElement>} */
  #items = new Map();

  /** @type {Member[]} */
  #members = [];

  /**
   * @param {string} me my user id
   * @param {(member: Member, anchor: HTMLElement) => void} onMore somebody may be acted on, and shall
   */
  constructor(me, onMore) {
    this.#me = me;
    this.#onMore = onMore;
  }

  /**
   * @param {Member[]} members in the order to show
   * @param {Member["role"]} mine what I am there
   */
  draw(members, mine) {
    this.#members = members;
    const ids = new Set(members.map((member) => member.user.id));
    for (const id of this.#items.keys()) if (!ids.has(id)) this.#items.delete(id);
    const here = members.filter((member) => member.online);
    const away = members.filter((member) => !member.online);
    arrange(byId("here"), here.map((member) => this.#item(member, mine)));
    arrange(byId("away"), away.map((member) => this.#item(member, mine)));
    byId("here-count").textContent = String(here.length);
    byId("away-count").textContent = String(away.length);
    byId("away-section").hidden = away.length === 0;
  }

  /**
   * @param {Member} member
   * @param {Member["role"]} mine
   */
  #item(member, mine) {
    const { user, role, online } = member;
    const item = this.#items.get(user.id) ?? this.#make(user.id);
    item.classList.toggle("member--away", !online);
    const picture = find(item, ".member__avatar");
    picture.textContent = avatar.initials(user.display_name);
    picture.className = `avatar avatar--small member__avatar avatar--${avatar.hue(user.id)}`;
    const name = find(item, ".member__name");
    find(name, "bdi").textContent = user.display_name;
    name.title = user.display_name === user.username ? user.username : `${user.display_name} (${user.username})`;
    const facts = [ROLES[role] ?? "", user.id === this.#me ? "You" : "", user.bot ? "Bot" : "", isSilent(member) ? "Muted" : ""];
    find(item, ".member__role").textContent = facts.filter(Boolean).join(", ");
    const more = find(item, ".member__more");
    more.hidden = !outranks(mine, role);
    more.setAttribute("aria-label", `Change ${user.display_name}`);
    return item;
  }

  /** @param {string} userId */
  #make(userId) {
    const item = piece("member-piece");
    this.#items.set(userId, item);
    const more = find(item, ".member__more");
    more.addEventListener("click", () => {
      const member = this.#members.find((each) => each.user.id === userId);
      if (member) this.#onMore(member, more);
    });
    return item;
  }
}
