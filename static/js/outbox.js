/** What was written here and isn't confirmed: sent in order, one at a time for each room, until the server has it. */

import * as backoff from "./backoff.js";

/**
 * @typedef {import("./types").Pending} Pending
 * @typedef {import("./types").Message} Message
 * @typedef {import("./types").Problem} Problem
 * @typedef {import("./types").Ack<{message: Message, duplicate: boolean}>} Ack
 */

/**
 * Where it survives a reload. Every method may fail or be slow: the outbox works without, and only forgets more.
 *
 * @typedef {object} Storage
 * @property {(item: Pending) => Promise<void>} put
 * @property {(nonce: string) => Promise<void>} remove
 * @property {() => Promise<Pending[]>} adopt what no living tab looks after, oldest first
 */

/**
 * @typedef {object} Options
 * @property {Storage} storage
 * @property {(item: Pending) => Promise<Ack>} send rejects when no answer came in time
 * @property {(item: Pending) => void} [onAdopted] something written before a reload is here again
 * @property {(message: Message) => void} [onSent]
 * @property {(item: Pending) => void} [onFailed] refused for good; kept until retried or discarded
 * @property {() => void} [onSignedOut] the server doesn't know us: everything waits
 * @property {{set: (act: () => void, ms: number) => number, clear: (timer: number) => void}} [timers]
 * @property {() => number} [random]
 */

/** How often `internal` is tried before the person is asked (CONTRACT §7). */
const MAX_INTERNAL = 5;

/** Refusals that a later attempt may not meet. */
const RETRYABLE = new Set(["rate_limited", "unavailable", "internal"]);

/**
 * @typedef {object} Lane one room's queue
 * @property {Pending[]} waiting in order
 * @property {string | null} inFlight the nonce being sent
 * @property {number | null} timer
 * @property {number} attempts failed in a row
 */

export class Outbox {
  /** @type {Map<string, Lane>} */
  #lanes = new Map();
  /** @type {Map<string, Pending>} */
  #failed = new Map();
  #connected = false;
  /** Counts connections: what a former one was sending is nobody's flight any more. */
  #connection = 0;
  #options;
  #timers;
  #random;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#timers = options.timers ?? { set: (act, ms) => Number(setTimeout(act, ms)), clear: (id) => clearTimeout(id) };
    this.#random = options.random ?? Math.random;
  }

  /** How many are neither confirmed nor refused. */
  get waiting() {
    let count = 0;
    for (const lane of this.#lanes.values()) count += lane.waiting.length;
    return count;
  }

  /** Takes up what was written before a reload, or in a tab that is gone. Those go first: they are older. */
  async adopt() {
    const items = await this.#options.storage.adopt().catch(() => []);
    /** @type {Map<string, Pending[]>} */
    const rooms = new Map();
    for (const item of items) {
      if (this.#has(item.nonce)) continue;
      this.#options.onAdopted?.(item);
      if (item.state === "failed") this.#failed.set(item.nonce, item);
      else rooms.set(item.room_id, [...(rooms.get(item.room_id) ?? []), item]);
    }
    for (const [roomId, older] of rooms) {
      const { waiting, inFlight } = this.#lane(roomId);
      waiting.splice(inFlight ? 1 : 0, 0, ...older);
      this.#pump(roomId);
    }
  }

  /** @param {Pending} item */
  add(item) {
    this.#keep(item);
    this.#lane(item.room_id).waiting.push(item);
    this.#pump(item.room_id);
  }

  /**
   * Whether messages can go out: true only after the catch-up, because that may show that some already did.
   *
   * @param {boolean} connected
   */
  setConnected(connected) {
    if (this.#connected === connected) return;
    this.#connected = connected;
    this.#connection += 1;
    for (const [roomId, lane] of this.#lanes) {
      lane.inFlight = null;
      lane.attempts = 0;
      this.#stopTimer(lane);
      this.#pump(roomId);
    }
  }

  /**
   * The room's log has it, whoever said so. The acknowledgement may still come, or may be lost.
   *
   * @param {string} roomId
   * @param {string | undefined} nonce
   */
  confirm(roomId, nonce) {
    if (!nonce || !this.#has(nonce)) return;
    this.#drop(roomId, nonce);
    this.#pump(roomId);
  }

  /** @param {string} nonce of a failed message: it goes out again under the same nonce, after those that wait */
  retry(nonce) {
    const item = this.#failed.get(nonce);
    if (!item) return;
    this.#failed.delete(nonce);
    this.add({ ...item, state: "waiting", error: null });
  }

  /** @param {string} nonce of a failed message */
  discard(nonce) {
    if (!this.#failed.delete(nonce)) return;
    void this.#options.storage.remove(nonce).catch(() => {});
  }

  /** @param {string} roomId */
  async #pump(roomId) {
    const lane = this.#lane(roomId);
    const item = lane.waiting[0];
    if (!this.#connected || !item || lane.inFlight || lane.timer !== null) return;
    const connection = this.#connection;
    lane.inFlight = item.nonce;
    /** @type {Ack | null} */
    const ack = await this.#options.send(item).catch(() => null);
    const current = connection === this.#connection && lane.inFlight === item.nonce;
    if (current) lane.inFlight = null;
    // An answer that came late is still the truth about that message; no answer on an old line means nothing.
    if (ack?.ok) this.#sent(item, ack.data.message);
    else if (current && lane.waiting[0]?.nonce === item.nonce) this.#refused(item, lane, ack?.error ?? null);
    this.#pump(roomId);
  }

  /**
   * @param {Pending} item
   * @param {Message} message
   */
  #sent(item, message) {
    this.#lane(item.room_id).attempts = 0;
    this.#drop(item.room_id, item.nonce);
    this.#options.onSent?.(message);
  }

  /**
   * @param {Pending} item
   * @param {Lane} lane
   * @param {Problem | null} error null when there was no answer
   */
  #refused(item, lane, error) {
    if (error?.code === "unauthenticated") {
      this.setConnected(false);
      this.#options.onSignedOut?.();
      return;
    }
    const attempts = (lane.attempts += 1);
    const exhausted = error?.code === "internal" && attempts > MAX_INTERNAL;
    if (error && (!RETRYABLE.has(error.code) || exhausted)) {
      lane.attempts = 0;
      this.#fail(item, lane, error);
      return;
    }
    const wait = error?.retry_after
      ? backoff.after(error.retry_after, this.#random)
      : backoff.delay(attempts - 1, { base: 500, cap: 15_000, random: this.#random });
    lane.timer = this.#timers.set(() => {
      lane.timer = null;
      void this.#pump(item.room_id);
    }, wait);
  }

  /**
   * @param {Pending} item
   * @param {Lane} lane
   * @param {Problem} error
   */
  #fail(item, lane, error) {
    lane.waiting.shift();
    /** @type {Pending} */
    const failed = { ...item, state: "failed", error };
    this.#failed.set(item.nonce, failed);
    this.#keep(failed);
    this.#options.onFailed?.(failed);
  }

  /**
   * @param {string} roomId
   * @param {string} nonce
   */
  #drop(roomId, nonce) {
    const lane = this.#lane(roomId);
    const index = lane.waiting.findIndex((item) => item.nonce === nonce);
    if (index >= 0) lane.waiting.splice(index, 1);
    if (index === 0) this.#stopTimer(lane);
    if (lane.inFlight === nonce) lane.inFlight = null;
    this.#failed.delete(nonce);
    void this.#options.storage.remove(nonce).catch(() => {});
  }

  /** @param {string} nonce */
  #has(nonce) {
    if (this.#failed.has(nonce)) return true;
    for (const lane of this.#lanes.values()) if (lane.waiting.some((item) => item.nonce === nonce)) return true;
    return false;
  }

  /** @param {Pending} item */
  #keep(item) {
    void this.#options.storage.put(item).catch(() => {});
  }

  /** @param {string} roomId */
  #lane(roomId) {
    let lane = this.#lanes.get(roomId);
    if (!lane) this.#lanes.set(roomId, (lane = { waiting: [], inFlight: null, timer: null, attempts: 0 }));
    return lane;
  }

  /** @param {Lane} lane */
  #stopTimer(lane) {
    if (lane.timer !== null) this.#timers.clear(lane.timer);
    lane.timer = null;
  }
}
