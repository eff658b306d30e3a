/** Keeps this browser in step with the rooms' logs: catches up on every connect and at every hole. No socket in it. */

import * as backoff from "./backoff.js";
import { Sync } from "./sync.js";

/**
 * @typedef {import("./types").Fact} Fact
 * @typedef {import("./types").Room} Room
 * @typedef {import("./types").SyncAnswer} SyncAnswer
 * @typedef {import("./sync.js").Step} Step
 */

/**
 * @template T
 * @typedef {import("./types").Ack<T>} Ack
 */

/**
 * @typedef {object} Options
 * @property {(event: string, payload: object) => Promise<Ack<any>>} ask rejects when no answer came
 * @property {(fact: Fact) => void} onFact a live fact in its turn
 * @property {(step: Step) => void} onStep what a catch-up says about one room
 * @property {(roomId: string) => void} onRemoved
 * @property {(answer: SyncAnswer) => void} onCaughtUp after the steps: from now on messages may go out
 * @property {() => void} [onSilent] asked after a pause, the line doesn't answer
 * @property {{set: (act: () => void, ms: number) => number, clear: (timer: number) => void}} [timers]
 * @property {() => number} [random]
 */

/** How often the heads are compared, in milliseconds. */
export const HEADS_EVERY = 25_000;

export class Feed {
  #options;
  #timers;
  #random;
  #sync = new Sync();
  /** Counts connections; answers of a former one are void. */
  #line = 0;
  #connected = false;
  #asking = false;
  #failures = 0;
  /** @type {number | null} */
  #timer = null;
  /** Whether something is known to be missing since the last catch-up on this line. */
  #hole = false;
  catchUps = 0;
  holesHealed = 0;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#timers = options.timers ?? { set: (act, ms) => Number(setTimeout(act, ms)), clear: (id) => clearTimeout(id) };
    this.#random = options.random ?? Math.random;
  }

  /**
   * @param {Room} room
   * @param {number} seq everything up to here is known
   */
  track(room, seq) {
    if (this.#sync.cursor(room.id) === undefined) this.#sync.track(room.id, seq, room.epoch);
  }

  /** @param {string} roomId */
  forget(roomId) {
    this.#sync.forget(roomId);
  }

  /** @param {string} roomId */
  cursor(roomId) {
    return this.#sync.cursor(roomId);
  }

  /** Where this browser is in every room: what `heads` asks about. */
  heads() {
    return this.#sync.heads();
  }

  connected() {
    this.#line += 1;
    this.#connected = true;
    this.#asking = false;
    this.#failures = 0;
    this.#hole = false;
    this.#schedule(null);
    void this.#catchUp();
  }

  disconnected() {
    this.#line += 1;
    this.#connected = false;
    this.#asking = false;
    this.#schedule(null);
  }

  /** @param {Fact} fact a logged one */
  hear(fact) {
    for (const due of this.#sync.hear(fact)) this.#options.onFact(due);
    if (this.#sync.isBehind) this.#soon();
  }

  /** Compares places with the server: a lost last message leaves no hole that could be seen. */
  async compare() {
    if (!this.#connected || this.#asking) return;
    const line = this.#line;
    const ack = await this.#options.ask("heads", this.#sync.heads()).catch(() => null);
    if (line !== this.#line) return;
    if (!ack) this.#options.onSilent?.();
    else if (ack.ok && Object.keys(ack.data.behind).some((id) => this.#isAhead(id, ack.data.behind[id]))) this.#soon();
  }

  /**
   * @param {string} roomId
   * @param {number} head
   */
  #isAhead(roomId, head) {
    return head > (this.#sync.cursor(roomId) ?? -1);
  }

  async #catchUp() {
    if (!this.#connected || this.#asking) return;
    const line = this.#line;
    this.#asking = true;
    /** @type {Ack<SyncAnswer> | null} */
    const ack = await this.#options.ask("sync", this.#sync.question()).catch(() => null);
    if (line !== this.#line) return;
    this.#asking = false;
    if (!ack?.ok) return this.#later(ack?.error.retry_after);
    this.catchUps += 1;
    const { steps, removed } = this.#sync.answer(ack.data);
    for (const step of steps) this.#options.onStep(step);
    for (const roomId of removed) this.#options.onRemoved(roomId);
    this.#options.onCaughtUp(ack.data);
    if (this.#sync.isBehind) return this.#later();
    this.#failures = 0;
    if (this.#hole) this.holesHealed += 1;
    this.#hole = false;
  }

  /** A hole: what fills it may be on its way already, so a moment is waited before asking. */
  #soon() {
    this.#hole = true;
    if (this.#connected && !this.#asking && this.#timer === null) this.#schedule(50 + this.#random() * 150);
  }

  /** @param {number} [retryAfter] seconds */
  #later(retryAfter) {
    const wait = retryAfter
      ? backoff.after(retryAfter, this.#random)
      : backoff.delay(this.#failures, { base: 500, floor: 250, random: this.#random });
    this.#failures += 1;
    this.#schedule(wait);
  }

  /** @param {number | null} wait */
  #schedule(wait) {
    if (this.#timer !== null) this.#timers.clear(this.#timer);
    this.#timer = null;
    if (wait === null) return;
    this.#timer = this.#timers.set(() => {
      this.#timer = null;
      void this.#catchUp();
    }, wait);
  }
}
