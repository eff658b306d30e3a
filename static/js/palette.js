/** What the command palette offers for what was typed: rooms, people's places, and things to do. */

import { plain } from "./mentions.js";

/** @typedef {{id: string, label: string, hint: string, kind: "room" | "action", words?: string}} Entry */

/** @typedef {import("./actions.js").Action} Action */
/** @typedef {Pick<import("./types").Room, "id" | "title" | "unread" | "mentions">} Room */

const OFFERED = 12;
/** As long as nothing was typed, so many rooms stand above what can be done: who has more finds them by typing. */
const ROOMS_FIRST = 6;

/**
 * Those that match, the likeliest first; when nothing was typed, the first rooms and everything that can be done.
 *
 * @param {Entry[]} entries
 * @param {string} typed
 * @returns {Entry[]}
 */
export function matching(entries, typed) {
  const wanted = plain(typed.trim());
  if (!wanted) return opening(entries);
  return entries
    .map((entry, order) => ({ entry, order, score: score(plain(entry.label), plain(entry.words ?? ""), wanted) }))
    .filter(({ score: found }) => found > 0)
    .sort((one, other) => other.score - one.score || one.order - other.order)
    .slice(0, OFFERED)
    .map(({ entry }) => entry);
}

/**
 * Rooms and actions as they are offered, each with what waits there.
 *
 * @param {Room[]} rooms
 * @param {Action[]} actions
 * @param {number} called how many mentions of me are unread
 * @returns {Entry[]}
 */
export function entries(rooms, actions, called) {
  const hints = /** @type {Record<string, string>} */ ({ mentions: called ? `${called} unread` : "" });
  return [
    ...rooms.map(({ id, title, unread, mentions }) => ({ id, label: title, hint: waiting(unread, mentions), kind: /** @type {const} */ ("room") })),
    ...actions.map(({ id, label, words, hint = hints[id] ?? "" }) => ({ id, label, words, hint, kind: /** @type {const} */ ("action") })),
  ];
}

/**
 * @param {number} unread
 * @param {number} mentions
 */
function waiting(unread, mentions) {
  return [mentions ? `@${mentions}` : "", unread ? `${unread} unread` : ""].filter(Boolean).join(" · ");
}

/** @param {Entry[]} entries */
function opening(entries) {
  const kind = (/** @type {Entry["kind"]} */ wanted) => entries.filter((entry) => entry.kind === wanted);
  return [...kind("room").slice(0, ROOMS_FIRST), ...kind("action")];
}

/**
 * @param {string} label
 * @param {string} words other names of the same
 * @param {string} wanted
 */
function score(label, words, wanted) {
  if (label.startsWith(wanted)) return 5;
  if (begins(label, wanted)) return 4;
  if (label.includes(wanted)) return 3;
  if (begins(words, wanted)) return 2;
  return isScattered(label, wanted) ? 1 : 0;
}

/** @param {string} text @param {string} wanted */
function begins(text, wanted) {
  return text.split(/[\s.,&–-]+/u).some((word) => word.startsWith(wanted));
}

/** All its letters are there, in their order. @param {string} text @param {string} wanted */
function isScattered(text, wanted) {
  let at = 0;
  for (const sign of wanted.replace(/\s+/gu, "")) {
    at = text.indexOf(sign, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
