// Puts the reader's own time into a <time>, which the server could only write in UTC.

import { brief, exact } from "../times.js";

/**
 * @param {HTMLTimeElement} element with data-local="brief", "full" or "day"
 * @param {number} now milliseconds
 */
export function localTime(element, now) {
  const at = element.dateTime;
  if (Number.isNaN(Date.parse(at))) return;
  element.title = exact(at);
  element.textContent = words(at, element.dataset.local ?? "", now);
}

/**
 * @param {string} at
 * @param {string} kind
 * @param {number} now
 */
function words(at, kind, now) {
  if (kind === "brief") return brief(at, now);
  const date = new Date(at);
  if (kind === "day") return date.toLocaleDateString(undefined, { dateStyle: "long" });
  return date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
