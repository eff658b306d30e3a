/** Where this browser is in each room's log, and what to ask for when something is missing. */

/**
 * @typedef {import("./types").Fact} Fact
 * @typedef {import("./types").Room} Room
 * @typedef {import("./types").SyncAnswer} SyncAnswer
 */

/** How many facts beyond a hole are kept for one room. What doesn't fit comes with the catch-up. */
const MAX_HELD = 200;

/**
 * What an answer means for one room, in the order given: either `reset` (take a snapshot; facts after it follow),
 * or facts to apply. `room` is the server's present view of it.
 *
 * @typedef {{room: Room, reset: boolean, facts: Fact[]}} Step
 */

export class Sync {
  /** @type {Map<string, number>} */
  #cursors = new Map();
  /** @type {Map<string, string>} */
  #epochs = new Map();
  /** @type {Map<string, Map<number, Fact>>} */
  #held = new Map();
  #unknown = false;

  /**
   * Follow a room from a place in its log on: everything up to `seq` is known here.
   *
   * @param {string} roomId
   * @param {number} seq
   * @param {string} epoch
   */
  track(roomId, seq, epoch) {
    this.#cursors.set(roomId, seq);
    this.#epochs.set(roomId, epoch);
  }

  /** @param {string} roomId */
  forget(roomId) {
    this.#cursors.delete(roomId);
    this.#epochs.delete(roomId);
    this.#held.delete(roomId);
  }

  /**
   * @param {string} roomId
   * @returns {number | undefined}
   */
  cursor(roomId) {
    return this.#cursors.get(roomId);
  }

  /** Whether something is known to be missing, so that the server must be asked. */
  get isBehind() {
    return this.#unknown || this.#held.size > 0;
  }

  /** The question to ask on every connect, and whenever there is a hole. */
  question() {
    return { rooms: Object.fromEntries(this.#cursors), epochs: Object.fromEntries(this.#epochs) };
  }

  /** The places that `heads` compares with the server's. */
  heads() {
    return { rooms: Object.fromEntries(this.#cursors) };
  }

  /**
   * A live fact. What comes back is to be applied now, in order; a fact beyond a hole is held, and `isBehind`.
   *
   * @param {Fact} fact
   * @returns {Fact[]}
   */
  hear(fact) {
    const cursor = this.#cursors.get(fact.room_id);
    if (cursor === undefined) {
      this.#unknown = true;
      return [];
    }
    if (fact.seq <= cursor) return [];
    if (fact.seq > cursor + 1) {
      this.#hold(fact);
      return [];
    }
    this.#cursors.set(fact.room_id, fact.seq);
    return [fact, ...this.#release(fact.room_id)];
  }

  /**
   * The server's answer to `question`.
   *
   * @param {Pick<SyncAnswer, "rooms" | "removed">} answer
   * @returns {{steps: Step[], removed: string[]}}
   */
  answer(answer) {
    this.#unknown = false;
    const steps = answer.rooms.map(({ room, entries, reset }) => {
      const cursor = this.#cursors.get(room.id);
      const moved = reset || cursor === undefined || this.#epochs.get(room.id) !== room.epoch;
      // The cursor comes first and the snapshot after it, so that nothing can fall between the two.
      if (moved) this.track(room.id, room.last_seq, room.epoch);
      const facts = moved ? this.#release(room.id) : entries.flatMap((entry) => this.hear(entry));
      return { room, reset: moved, facts: moved ? facts : [...facts, ...this.#release(room.id)] };
    });
    for (const roomId of answer.removed) this.forget(roomId);
    return { steps, removed: answer.removed };
  }

  /** @param {Fact} fact */
  #hold(fact) {
    const held = this.#held.get(fact.room_id) ?? new Map();
    if (held.size < MAX_HELD) held.set(fact.seq, fact);
    this.#held.set(fact.room_id, held);
  }

  /**
   * Takes out what now continues the log without a hole.
   *
   * @param {string} roomId
   * @returns {Fact[]}
   */
  #release(roomId) {
    const held = this.#held.get(roomId);
    if (!held) return [];
    const facts = [];
    let cursor = this.#cursors.get(roomId) ?? 0;
    for (const seq of held.keys()) if (seq <= cursor) held.delete(seq);
    for (let fact = held.get(cursor + 1); fact; fact = held.get(cursor + 1)) {
      facts.push(fact);
      cursor = fact.seq;
      held.delete(cursor);
    }
    this.#cursors.set(roomId, cursor);
    if (held.size === 0) this.#held.delete(roomId);
    return facts;
  }
}
