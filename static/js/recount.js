/** Asks the server to count what is unread, where this page can't: a moment later, since what raises one doubt raises more. */

/** So long it is waited, in milliseconds; spread, so that not everybody who was called by `@room` asks at once. */
const WAIT = 150;
const SPREAD = 600;

/**
 * @typedef {object} Options
 * @property {(roomId: string) => Promise<unknown>} ask
 * @property {{set: (act: () => void, ms: number) => number, clear: (timer: number) => void}} [timers]
 * @property {() => number} [random]
 */

export class Recount {
  #ask;
  #timers;
  #random;
  /** Rooms that will be asked about. */
  #due = new Set();

  /** @param {Options} options */
  constructor({ ask, timers, random = Math.random }) {
    this.#ask = ask;
    this.#timers = timers ?? { set: (act, ms) => Number(setTimeout(act, ms)), clear: (id) => clearTimeout(id) };
    this.#random = random;
  }

  /** @param {string} roomId */
  doubt(roomId) {
    if (this.#due.has(roomId)) return;
    this.#due.add(roomId);
    this.#timers.set(() => {
      this.#due.delete(roomId);
      // Without an answer the line is down, and the catch-up brings the counts.
      void this.#ask(roomId).catch(() => {});
    }, WAIT + this.#random() * SPREAD);
  }
}
