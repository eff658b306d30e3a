/** What stands where a room was that one is no longer in. */

import { byId } from "../dom.js";
import { aloud } from "./aloud.js";

/** @param {string} title */
export function show(title) {
  byId("gone-title").textContent = `You are no longer in ${title}.`;
  byId("gone-text").textContent = "What you said there stays. To come back you need its link.";
  draw(true);
  aloud(byId("gone-title").textContent ?? "");
}

export function hide() {
  draw(false);
}

/** @param {boolean} isGone */
function draw(isGone) {
  byId("gone").hidden = !isGone;
  byId("room").toggleAttribute("data-gone", isGone);
}
