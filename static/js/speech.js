/** Whether one may say something in a room right now; if not, why, and until when. */

/** @typedef {import("./types").Room} Room */

/**
 * What keeps somebody from speaking. `until` is the server's time in milliseconds; null while what they said last is
 * still on its way, so that nobody knows yet from when to count.
 *
 * @typedef {{kind: "muted" | "slow", until: number | null}} Held
 */

/**
 * @param {Room} room
 * @param {{now: number, pending: boolean}} at `now`: by the server's clock; `pending`: something of mine is on its way
 * @returns {Held | null}
 */
export function held(room, { now, pending }) {
  const muted = instant(room.muted_until);
  if (muted > now) return { kind: "muted", until: muted };
  if (!isSlowed(room)) return null;
  const slow = instant(room.slow_until);
  if (slow > now) return { kind: "slow", until: slow };
  return pending ? { kind: "slow", until: null } : null;
}

/** Whether slow mode is on, and for me too: those who look after a room talk as they like. @param {Room} room */
export function isSlowed(room) {
  return room.slow_seconds > 0 && room.role === "member";
}

/**
 * When I may speak again after something that I said; null where there is no such pause.
 *
 * @param {Room} room
 * @param {string} saidAt
 */
export function after(room, saidAt) {
  return isSlowed(room) ? new Date(instant(saidAt) + room.slow_seconds * 1000).toISOString() : null;
}

/**
 * The same, when the pause has become another one meanwhile.
 *
 * @param {Room} room as it was before
 * @param {number} seconds the pause from now on
 */
export function moved(room, seconds) {
  if (!room.slow_until || seconds === 0) return null;
  return new Date(instant(room.slow_until) + (seconds - room.slow_seconds) * 1000).toISOString();
}

/**
 * So much time, in words that are short: `45 s`, `2 min`, `3 h`.
 *
 * @param {number} seconds
 */
export function span(seconds) {
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** @param {string | null | undefined} at */
function instant(at) {
  return at ? Date.parse(at) : 0;
}
