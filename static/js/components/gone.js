/** What stands where a room was that one is no longer in. */

import { byId } from "../dom.js";
import { aloud } from "./aloud.js";

/** @typedef {import("../types").OutOfRoom} OutOfRoom */

const WORDS = /** @type {Record<OutOfRoom, (title: string) => [string, string]>} */ ({
  left: (title) => [`You are no longer in ${title}.`, "What you said there stays. To come back you need its link."],
  removed: (title) => [
    `You were removed from ${title}.`,
    "The links to it that there are don’t let you back in. An owner or a moderator can give you a new one.",
  ],
  banned: (title) => [`You were banned from ${title}.`, "No link lets you back in until an owner or a moderator lifts the ban."],
  deleted: (title) => [`${title} was deleted.`, "With it went everything that was said there."],
});

/**
 * @param {string} title
 * @param {OutOfRoom} [why]
 */
export function show(title, why = "left") {
  const [sentence, more] = WORDS[why](title);
  byId("gone-title").textContent = sentence;
  byId("gone-text").textContent = more;
  draw(true);
  aloud(sentence);
}

export function hide() {
  draw(false);
}

/** @returns {boolean} whether that is what stands there now */
export const isShown = () => !byId("gone").hidden;

/** @param {boolean} isGone */
function draw(isGone) {
  byId("gone").hidden = !isGone;
  byId("room").toggleAttribute("data-gone", isGone);
}
