/** What the command palette offers for what was typed: rooms, people's places, and things to do. */

import { folded } from "./mentions.js";

/** @typedef {{id: string, label: string, hint: string, kind: "room" | "action", words?: string}} Entry */

const OFFERED = 12;

/**
 * Those that match, the likeliest first; in the given order when nothing was typed.
 *
 * @param {Entry[]} entries
 * @param {string} typed
 * @returns {Entry[]}
 */
export function matching(entries, typed) {
  const wanted = folded(typed.trim());
  if (!wanted) return entries.slice(0, OFFERED);
  return entries
    .map((entry, order) => ({ entry, order, score: score(folded(entry.label), folded(entry.words ?? ""), wanted) }))
    .filter(({ score: found }) => found > 0)
    .sort((one, other) => other.score - one.score || one.order - other.order)
    .slice(0, OFFERED)
    .map(({ entry }) => entry);
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
