/** How much of a room is unread: counted on from where the server's own count ends. Says where only the server can. */

/**
 * @typedef {import("./types").Fact} Fact
 * @typedef {import("./types").Message} Message
 * @typedef {import("./types").Room} Room
 */

export class Tally {
  #calls;
  #doubt;
  /** @type {Map<string, number>} up to where in a room's log the server counted */
  #counted = new Map();
  /** @type {Map<string, Set<number>>} messages that were tombstones when they were told, and so never counted */
  #uncounted = new Map();

  /**
   * @param {(message: Message) => boolean | null} calls whether a message mentions me; null where that can't be told
   * @param {(roomId: string) => void} doubt what is unread in a room can't be told from here: ask the server
   */
  constructor(calls, doubt) {
    this.#calls = calls;
    this.#doubt = doubt;
  }

  /**
   * The server counted a room up to a place in its log: facts up to there are in it, however late they come. When later
   * ones were applied already, it has to count again.
   *
   * @param {string} roomId
   * @param {number} seq
   * @param {number} applied up to where facts were applied here
   */
  counted(roomId, seq, applied) {
    this.#counted.set(roomId, seq);
    if (seq < applied) this.#doubt(roomId);
  }

  /** @param {string} roomId */
  forget(roomId) {
    this.#counted.delete(roomId);
    this.#uncounted.delete(roomId);
  }

  /**
   * A fact about a message of somebody else that I haven't read: the room's counts follow.
   *
   * @param {Room} room
   * @param {Fact} fact
   * @param {Message} message
   * @param {Message | null} before as it was here; null where it isn't known
   */
  told(room, { type, seq }, message, before) {
    if (seq <= (this.#counted.get(room.id) ?? 0)) return;
    if (type === "message_posted") return this.#posted(room, message);
    if (type === "message_deleted" && this.#uncounted.get(room.id)?.delete(message.seq)) return;
    if (type === "message_deleted") room.unread = Math.max(0, room.unread - 1);
    // Whatever it is told of, a message comes in its present form: its next text, or its end, may be in it already.
    if (before || type === "message_deleted" || type === "message_edited") this.#changed(room, message, before);
  }

  /**
   * @param {Room} room
   * @param {Message} message
   */
  #posted(room, message) {
    if (message.deleted_at) {
      const uncounted = this.#uncounted.get(room.id) ?? new Set();
      this.#uncounted.set(room.id, uncounted.add(message.seq));
      return;
    }
    room.unread += 1;
    this.#mentions(room, false, this.#calls(message));
  }

  /**
   * @param {Room} room
   * @param {Message} message
   * @param {Message | null} before
   */
  #changed(room, message, before) {
    const calls = message.deleted_at ? false : this.#calls(message);
    // Where nothing unread mentions me, this one didn't either.
    if (room.mentions || calls !== false) this.#mentions(room, room.mentions ? before && this.#calls(before) : false, calls);
  }

  /**
   * @param {Room} room
   * @param {boolean | null} before whether a message mentioned me; null where that can't be told
   * @param {boolean | null} after whether it does
   */
  #mentions(room, before, after) {
    if (before === null || after === null) return this.#doubt(room.id);
    room.mentions = Math.max(0, room.mentions + Number(after) - Number(before));
  }
}

/**
 * How much of what is unread in a room I want to be told of, by the tab's title and the like.
 *
 * @param {Room} room
 */
export function worthTelling({ level, unread, mentions }) {
  if (level === "nothing") return 0;
  return level === "mentions" ? mentions : unread;
}
