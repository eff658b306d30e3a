/** Who is in the room: here now, and away. */

import * as avatar from "../avatar.js";
import { arrange, byId, find, piece } from "../dom.js";

/** @typedef {import("../types").Member} Member */

const ROLES = { owner: "Owner", moderator: "Moderator", member: "" };

export class MemberList {
  #me;
  /** @type {Map<string, HTMLElement>} */
  #items = new Map();

  /** @param {string} me my user id */
  constructor(me) {
    this.#me = me;
  }

  /** @param {Member[]} members in the order to show */
  draw(members) {
    const ids = new Set(members.map((member) => member.user.id));
    for (const id of this.#items.keys()) if (!ids.has(id)) this.#items.delete(id);
    const here = members.filter((member) => member.online);
    const away = members.filter((member) => !member.online);
    arrange(byId("here"), here.map((member) => this.#item(member)));
    arrange(byId("away"), away.map((member) => this.#item(member)));
    byId("here-count").textContent = String(here.length);
    byId("away-count").textContent = String(away.length);
    byId("away-section").hidden = away.length === 0;
  }

  /** @param {Member} member */
  #item({ user, role, online }) {
    let item = this.#items.get(user.id);
    if (!item) this.#items.set(user.id, (item = piece("member-piece")));
    item.classList.toggle("member--away", !online);
    const picture = find(item, ".member__avatar");
    picture.textContent = avatar.initials(user.display_name);
    picture.className = `avatar avatar--small member__avatar avatar--${avatar.hue(user.id)}`;
    const name = find(item, ".member__name");
    find(name, "bdi").textContent = user.display_name;
    name.title = user.display_name === user.username ? user.username : `${user.display_name} (${user.username})`;
    const facts = [ROLES[role] ?? "", user.id === this.#me ? "You" : "", user.bot ? "Bot" : ""];
    find(item, ".member__role").textContent = facts.filter(Boolean).join(", ");
    return item;
  }
}
