/** How long to wait before trying again: full jitter, so that a thousand browsers don't return in step. */

/**
 * A delay in milliseconds, drawn evenly between nothing and a ceiling that doubles with each attempt.
 *
 * @param {number} attempt how many tries have failed so far, 0 for the first wait
 * @param {{base?: number, cap?: number, floor?: number, random?: () => number}} [options] milliseconds;
 *   `floor` is never undercut, so that even the luckiest draw gives the server some air
 * @returns {number}
 */
export function delay(attempt, { base = 1000, cap = 30_000, floor = 0, random = Math.random } = {}) {
  const ceiling = Math.min(cap, base * 2 ** Math.min(attempt, 30));
  return Math.round(floor + random() * Math.max(0, ceiling - floor));
}

/**
 * The server's own word on when to come back, in milliseconds, with a little jitter after it and never before it.
 *
 * @param {number} seconds as `retry_after` says
 * @param {() => number} [random]
 */
export function after(seconds, random = Math.random) {
  const wait = Math.max(0, seconds) * 1000;
  return Math.round(wait + random() * Math.min(1000, 250 + wait * 0.25));
}
