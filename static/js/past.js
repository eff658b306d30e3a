/** Fetches what was said: the latest, what came before, what came after, and what is around one message. */

import * as backoff from "./backoff.js";

/**
 * @typedef {import("./timeline.js").Timeline} Timeline
 * @typedef {import("./types").Message} Message
 */

/**
 * @template T
 * @typedef {import("./types").Page<T>} Page
 */

/**
 * @typedef {object} Options
 * @property {(roomId: string, where: {before?: number, after?: number, around?: number}) => Promise<Page<Message>>} fetch
 * @property {(roomId: string) => void} changed
 * @property {{set: (act: () => void, ms: number) => number, clear: (timer: number) => void}} [timers]
 * @property {() => number} [random]
 */

export class Past {
  #fetch;
  #changed;
  #timers;
  #random;
  /** Which stretch of which room is on its way, so that none is asked for twice. */
  #busy = new Set();
  /** @type {Map<string, string>} why a room's history stops where it does */
  #troubles = new Map();
  /** @type {Map<string, number>} counts the snapshots asked for: only the last one counts */
  #snapshots = new Map();

  /** @param {Options} options */
  constructor({ fetch, changed, timers, random = Math.random }) {
    this.#fetch = fetch;
    this.#changed = changed;
    this.#timers = timers ?? { set: (act, ms) => Number(setTimeout(act, ms)), clear: (id) => clearTimeout(id) };
    this.#random = random;
  }

  /**
   * Why older history couldn't be fetched, in words for the reader; null when nothing is wrong.
   *
   * @param {string} roomId
   */
  trouble(roomId) {
    return this.#troubles.get(roomId) ?? null;
  }

  /**
   * One page upwards. Asking again after trouble tries again.
   *
   * @param {string} roomId
   * @param {Timeline} timeline
   */
  async older(roomId, timeline) {
    const before = timeline.oldest;
    if (!timeline.loaded || !timeline.hasOlder || before === null) return;
    await this.#once(`${roomId} older`, async () => {
      const page = await this.#fetch(roomId, { before });
      // The window may have been replaced meanwhile; this page belongs above the former one.
      if (timeline.oldest === before) timeline.addOlder(page.items, page.next !== null && page.items.length > 0);
      this.#troubles.delete(roomId);
    }, roomId);
  }

  /**
   * One page downwards, for a window that doesn't reach the present.
   *
   * @param {string} roomId
   * @param {Timeline} timeline
   */
  async newer(roomId, timeline) {
    if (!timeline.loaded || !timeline.hasNewer) return;
    await this.#once(`${roomId} newer`, async () => {
      const after = timeline.newest;
      timeline.expectNewer();
      const page = await this.#fetch(roomId, { after });
      if (timeline.newest === after) timeline.addNewer(page.items, page.next !== null && page.items.length > 0);
    }, roomId);
  }

  /**
   * The newest page in place of what there was, tried until it comes.
   *
   * @param {string} roomId
   * @param {Timeline} timeline
   */
  async latest(roomId, timeline) {
    const page = await this.#snapshot(roomId, timeline, {});
    if (page) this.#load(roomId, timeline, page.items, { hasOlder: page.next !== null });
  }

  /**
   * A page with one message in its middle, tried until it comes: a reader who was there stays there.
   *
   * @param {string} roomId
   * @param {Timeline} timeline
   * @param {number} seq
   */
  async around(roomId, timeline, seq) {
    const page = await this.#snapshot(roomId, timeline, { around: seq });
    if (page) this.#load(roomId, timeline, page.items, { hasOlder: true, hasNewer: true });
  }

  /** No more tries for this room. @param {string} roomId */
  forget(roomId) {
    this.#snapshots.delete(roomId);
    this.#troubles.delete(roomId);
  }

  /**
   * @param {string} roomId
   * @param {Timeline} timeline
   * @param {{around?: number}} where
   * @returns {Promise<Page<Message> | null>} null when another snapshot was asked for meanwhile
   */
  async #snapshot(roomId, timeline, where) {
    const turn = (this.#snapshots.get(roomId) ?? 0) + 1;
    this.#snapshots.set(roomId, turn);
    timeline.expect();
    for (let attempt = 0; ; attempt += 1) {
      const page = await this.#fetch(roomId, where).catch((error) => this.#failed(roomId, error));
      if (this.#snapshots.get(roomId) !== turn) return null;
      if (page) return page;
      await new Promise((resolve) => this.#timers.set(() => resolve(null), backoff.delay(attempt, { floor: 500, random: this.#random })));
      if (this.#snapshots.get(roomId) !== turn) return null;
    }
  }

  /**
   * @param {string} roomId
   * @param {Timeline} timeline
   * @param {Message[]} messages
   * @param {{hasOlder: boolean, hasNewer?: boolean}} edges
   */
  #load(roomId, timeline, messages, edges) {
    timeline.load(messages, edges);
    this.#troubles.delete(roomId);
    this.#changed(roomId);
  }

  /**
   * @param {string} what
   * @param {() => Promise<void>} act
   * @param {string} roomId
   */
  async #once(what, act, roomId) {
    if (this.#busy.has(what)) return;
    this.#busy.add(what);
    const failed = await act().catch((error) => this.#failed(roomId, error));
    this.#busy.delete(what);
    void failed;
    this.#changed(roomId);
  }

  /**
   * @param {string} roomId
   * @param {unknown} error
   */
  #failed(roomId, error) {
    this.#troubles.set(roomId, error instanceof Error ? error.message : "That didn’t work.");
    this.#changed(roomId);
    return null;
  }
}
