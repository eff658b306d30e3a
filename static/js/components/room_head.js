/** Above the conversation: what the room is called, and how many people are in it and here. */

import { byId, find } from "../dom.js";

/** @typedef {import("../types").Room} Room */

/**
 * @param {Room} room
 * @param {number} here how many of its people are here now
 */
export function draw(room, here) {
  const title = byId("room-title");
  find(title, "bdi").textContent = room.title;
  title.title = room.title;
  const people = room.member_count === 1 ? "1 person" : `${room.member_count} people`;
  byId("room-facts").textContent = here ? `${people}, ${here} here` : people;
}

/** The title that stands there now. */
export function title() {
  return byId("room-title").textContent?.trim() || "this room";
}

/** @param {boolean} shown whether the members are to be seen */
export function drawMembersButton(shown) {
  byId("to-members").setAttribute("aria-expanded", String(shown));
}

/**
 * The browser's own title bar, the sign on an installed app, and the point at the way back to the rooms. Mentions
 * come first and apart, since they wait for an answer.
 *
 * @param {{title: string, unread: number, mentions: number, elsewhere: boolean}} view `unread` and `mentions` in all
 *   rooms, `elsewhere`: in others
 */
export function drawTab({ title, unread, mentions, elsewhere }) {
  byId("elsewhere").hidden = !elsewhere;
  const counts = [mentions ? `@${few(mentions)}` : "", unread ? `(${few(unread)})` : ""].filter(Boolean);
  document.title = [...counts, `${title} · Parlor`].join(" ");
  // Only installed apps have a place for it, and not every browser has the call.
  if (!("setAppBadge" in navigator)) return;
  void (unread ? navigator.setAppBadge(unread) : navigator.clearAppBadge()).catch(() => {});
}

/** @param {number} count */
function few(count) {
  return count > 99 ? "99+" : String(count);
}
