/** Times as people say them, in the reader's own zone and language. */

/**
 * @typedef {{locale?: string, timeZone?: string}} Place where the reader is; the browser's own when left out
 */

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {Intl.DateTimeFormatOptions} options
 * @param {Place} place
 */
function format(options, place) {
  // Making a formatter costs a thousand times what using it does, and a list of messages uses it for every row.
  const key = JSON.stringify([options, place]);
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(place.locale, { ...options, timeZone: place.timeZone });
    formats.set(key, made);
  }
  return made;
}

/**
 * The clock, as beside a message: `15:01` or `3:01 PM`.
 *
 * @param {string | number} at RFC 3339, or milliseconds
 * @param {Place} [place]
 */
export function clock(at, place = {}) {
  return format({ timeStyle: "short" }, place).format(new Date(at));
}

/**
 * Everything there is to know about a moment, for those who point at it.
 *
 * @param {string | number} at
 * @param {Place} [place]
 */
export function exact(at, place = {}) {
  return format({ dateStyle: "full", timeStyle: "medium" }, place).format(new Date(at));
}

/**
 * The calendar day of a moment, as `2026-11-22` where the reader is. Two moments are on one day when these are equal.
 *
 * @param {string | number} at
 * @param {Place} [place]
 */
export function day(at, place = {}) {
  return format({ year: "numeric", month: "2-digit", day: "2-digit" }, { ...place, locale: "en-CA" }).format(new Date(at));
}

/**
 * A day's name as seen from now: Today, Yesterday, Tuesday (within a week), 3 November, 3 November 2025.
 *
 * @param {string | number} at
 * @param {number} now milliseconds
 * @param {Place} [place]
 */
export function dayName(at, now, place = {}) {
  const days = daysBetween(day(at, place), day(now, place));
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days > 1 && days < 7) return format({ weekday: "long" }, place).format(new Date(at));
  const sameYear = day(at, place).slice(0, 4) === day(now, place).slice(0, 4);
  const year = sameYear ? undefined : "numeric";
  return format({ weekday: "long", day: "numeric", month: "long", year }, place).format(new Date(at));
}

/**
 * The shortest that still places a moment, for the list of rooms: `15:01` today, then Yesterday, `Tue`, `3 Nov`.
 *
 * @param {string | number} at
 * @param {number} now
 * @param {Place} [place]
 */
export function brief(at, now, place = {}) {
  const days = daysBetween(day(at, place), day(now, place));
  if (days <= 0) return clock(at, place);
  if (days === 1) return "Yesterday";
  if (days < 7) return format({ weekday: "short" }, place).format(new Date(at));
  const sameYear = day(at, place).slice(0, 4) === day(now, place).slice(0, 4);
  return format({ day: "numeric", month: "short", year: sameYear ? undefined : "numeric" }, place).format(new Date(at));
}

/**
 * A moment to come: `15:01` today, `tomorrow, 15:01`, `Tuesday 24 November, 15:01`.
 *
 * @param {string | number} at
 * @param {number} now
 * @param {Place} [place]
 */
export function ahead(at, now, place = {}) {
  const days = daysBetween(day(now, place), day(at, place));
  if (days <= 0) return clock(at, place);
  if (days === 1) return `tomorrow, ${clock(at, place)}`;
  const sameYear = day(at, place).slice(0, 4) === day(now, place).slice(0, 4);
  const year = sameYear ? undefined : "numeric";
  const date = format({ weekday: "long", day: "numeric", month: "long", year }, place).format(new Date(at));
  return `${date}, ${clock(at, place)}`;
}

/**
 * Milliseconds from now until the reader's next midnight, when Today becomes Yesterday. Found by asking the
 * calendar, because a day is not always 24 hours long.
 *
 * @param {number} now
 * @param {Place} [place]
 */
export function untilMidnight(now, place = {}) {
  const today = day(now, place);
  let low = 0;
  let high = 26 * 3_600_000;
  while (high - low > 500) {
    const middle = Math.floor((low + high) / 2);
    if (day(now + middle, place) === today) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * @param {string} earlier a calendar day
 * @param {string} later
 */
function daysBetween(earlier, later) {
  return Math.round((Date.parse(later) - Date.parse(earlier)) / 86_400_000);
}
