/** Tells the server how far I have read: only forwards, only what was really before my eyes, and not at every line. */

/** So long a message has to be on the screen, in milliseconds. Also the least time between two words about it. */
const DWELL = 400;

/**
 * @typedef {object} Options
 * @property {(payload: {room_id: string, seq: number}) => Promise<boolean>} tell whether the server has it
 * @property {{set: (act: () => void, ms: number) => number, clear: (timer: number) => void}} [timers]
 */

export class Reading {
  #tell;
  #timers;
  /** @type {Map<string, number>} what the server was told last */
  #told = new Map();
  /** Rooms in which seeing isn't reading for now. */
  #held = new Set();
  /** @type {{roomId: string, seq: number} | null} */
  #waiting = null;
  /** @type {number | null} */
  #timer = null;

  /** @param {Options} options */
  constructor({ tell, timers }) {
    this.#tell = tell;
    this.#timers = timers ?? { set: (act, ms) => Number(setTimeout(act, ms)), clear: (id) => clearTimeout(id) };
  }

  /**
   * These eyes are on this message.
   *
   * @param {string} roomId
   * @param {number} seq
   * @param {number} readSeq what the server knows
   */
  seen(roomId, seq, readSeq) {
    if (this.#held.has(roomId)) return;
    if (seq <= Math.max(readSeq, this.#told.get(roomId) ?? 0)) return;
    if (this.#waiting?.roomId === roomId && this.#waiting.seq >= seq) return;
    if (this.#waiting && this.#waiting.roomId !== roomId) this.#send();
    this.#waiting = { roomId, seq };
    if (this.#timer === null) this.#timer = this.#timers.set(() => this.#send(), DWELL);
  }

  /** The eyes are elsewhere: what wasn't there long enough wasn't read. */
  away() {
    if (this.#timer !== null) this.#timers.clear(this.#timer);
    this.#timer = null;
    this.#waiting = null;
  }

  /**
   * The reader wants it unread from after this place on: seeing it again, as it stands on the screen, isn't reading
   * it, until the room is opened anew.
   *
   * @param {string} roomId
   * @param {number} seq
   */
  rewind(roomId, seq) {
    this.#told.set(roomId, seq);
    this.#held.add(roomId);
  }

  /** The room is opened anew, or answered in: what is seen is read. @param {string} roomId */
  forget(roomId) {
    this.#held.delete(roomId);
    // Another device may have made unread what was told from here.
    this.#told.delete(roomId);
  }

  /** How far the server was told that I have read a room; 0 when it wasn't. @param {string} roomId */
  told(roomId) {
    return this.#told.get(roomId) ?? 0;
  }

  #send() {
    const waiting = this.#waiting;
    this.away();
    if (!waiting) return;
    const { roomId, seq } = waiting;
    const before = this.#told.get(roomId) ?? 0;
    this.#told.set(roomId, seq);
    void this.#tell({ room_id: roomId, seq })
      .catch(() => false)
      .then((done) => {
        // It will be said again when the message is seen again.
        if (!done && this.#told.get(roomId) === seq) this.#told.set(roomId, before);
      });
  }
}
