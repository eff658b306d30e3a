/** What I do to messages: edit, delete, react, pin. Shown at once, asked of the server, and undone where it refuses. */

import { reacted } from "./guesses.js";

/**
 * @typedef {import("./types").Message} Message
 * @typedef {import("./types").Problem} Problem
 * @typedef {import("./guesses.js").Change} Change
 * @typedef {import("./guesses.js").Guesses} Guesses
 * @typedef {import("./types").Ack<{message: Message}>} Ack
 */

/** For so long a deletion can be taken back, in milliseconds: it isn't asked for before. */
export const UNDO_WITHIN = 6000;

/**
 * @typedef {object} Options
 * @property {string} me my user id
 * @property {Guesses} guesses
 * @property {(event: string, payload: object) => Promise<Ack>} ask rejects when no answer came
 * @property {(message: Message) => void} onDone the message as the server has it now
 * @property {(roomId: string) => void} onChanged something looks different
 * @property {(sentence: string, retry: (() => void) | null) => void} onRefused why it isn't so, for the person
 * @property {{set: (act: () => void, ms: number) => number, clear: (timer: number) => void}} [timers]
 */

export class Deeds {
  #options;
  #timers;
  /** @type {Map<string, {message: Message, timer: number}>} deletions that can still be taken back */
  #leaving = new Map();

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#timers = options.timers ?? { set: (act, ms) => Number(setTimeout(act, ms)), clear: (id) => clearTimeout(id) };
  }

  /**
   * Another text. The version that was read goes along: who edits what somebody else has just edited is told.
   *
   * @param {Message} message
   * @param {string} text
   * @returns {Promise<boolean>} whether the server took it
   */
  edit(message, text) {
    const change = (/** @type {Message} */ seen) => ({ ...seen, text, edited_at: seen.edited_at ?? message.created_at });
    return this.#do(message, "edit", change, "edit_message", { message_id: message.id, text, version: message.version });
  }

  /**
   * @param {Message} message
   * @param {string} emoji
   * @param {boolean} on
   */
  react(message, emoji, on) {
    const change = reacted(emoji, this.#options.me, on);
    return this.#do(message, `react ${emoji}`, change, "set_reaction", { message_id: message.id, emoji, on });
  }

  /**
   * @param {Message} message
   * @param {boolean} on
   */
  pin(message, on) {
    const change = (/** @type {Message} */ seen) => ({ ...seen, pinned: on });
    return this.#do(message, "pin", change, "set_pin", { message_id: message.id, on });
  }

  /** Gone from here at once; asked of the server when it can't be taken back any more. @param {Message} message */
  remove(message) {
    if (this.#leaving.has(message.id)) return;
    this.#options.guesses.set(message.id, "leave", (seen) => ({ ...seen, leaving: true }));
    const timer = this.#timers.set(() => void this.#removeNow(message.id), UNDO_WITHIN);
    this.#leaving.set(message.id, { message, timer });
    this.#options.onChanged(message.room_id);
  }

  /** @param {string} messageId */
  undo(messageId) {
    const leaving = this.#take(messageId);
    if (!leaving) return;
    this.#options.guesses.drop(messageId, "leave");
    this.#options.onChanged(leaving.room_id);
  }

  /** What is being deleted when the page goes. @returns {Message[]} each to be asked for now, in whatever way still works */
  flush() {
    return [...this.#leaving.keys()].flatMap((id) => this.#take(id) ?? []);
  }

  /** @param {string} messageId */
  async #removeNow(messageId) {
    const message = this.#take(messageId);
    if (!message) return;
    const gone = (/** @type {Message} */ seen) => ({ ...seen, leaving: true });
    await this.#do(message, "leave", gone, "delete_message", { message_id: message.id });
  }

  /** @param {string} messageId @returns {Message | null} */
  #take(messageId) {
    const leaving = this.#leaving.get(messageId);
    if (!leaving) return null;
    this.#timers.clear(leaving.timer);
    this.#leaving.delete(messageId);
    return leaving.message;
  }

  /**
   * @param {Message} message
   * @param {string} deed
   * @param {Change} change
   * @param {string} event
   * @param {object} payload
   */
  async #do(message, deed, change, event, payload) {
    const { guesses, ask, onDone, onChanged, onRefused } = this.#options;
    guesses.set(message.id, deed, change);
    onChanged(message.room_id);
    /** @type {Ack | null} */
    const ack = await ask(event, payload).catch(() => null);
    // The truth first and the guess away after it, in one drawing: nothing flickers.
    if (ack?.ok) onDone(ack.data.message);
    guesses.drop(message.id, deed, change);
    onChanged(message.room_id);
    if (!ack?.ok) onRefused(sentence(deed, ack?.error), ack ? null : () => void this.#do(message, deed, change, event, payload));
    return ack?.ok ?? false;
  }
}

const WHAT = /** @type {Record<string, string>} */ ({
  edit: "Your change was not saved.",
  react: "Your reaction was not saved.",
  pin: "That was not pinned.",
  leave: "The message was not deleted.",
});

/**
 * @param {string} deed
 * @param {Problem | undefined} problem none when there was no answer
 */
function sentence(deed, problem) {
  const what = WHAT[deed.split(" ")[0]];
  if (!problem) return `${what} The server can’t be reached right now.`;
  return `${what} ${problem.errors?.[0]?.message ?? problem.detail ?? problem.title}`;
}
