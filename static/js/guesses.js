/** What I did to messages and the server hasn't confirmed: shown as if it were so, until the truth comes. */

/** @typedef {import("./types").Message} Message */

/** @typedef {(message: Message) => Message} Change gives a changed copy, or the message itself where nothing changes */

export class Guesses {
  /** @type {Map<string, Map<string, Change>>} by message id, then by what was done */
  #changes = new Map();
  /** @type {WeakMap<Message, {stamp: number, drawn: Message}>} */
  #drawn = new WeakMap();
  #stamp = 0;

  /**
   * @param {string} messageId
   * @param {string} deed the same one again takes the former's place
   * @param {Change} change
   */
  set(messageId, deed, change) {
    const changes = this.#changes.get(messageId) ?? new Map();
    changes.set(deed, change);
    this.#changes.set(messageId, changes);
    this.#stamp += 1;
  }

  /**
   * @param {string} messageId
   * @param {string} deed
   * @param {Change} [change] only while it is this one: a later guess about the same deed stands
   */
  drop(messageId, deed, change) {
    const changes = this.#changes.get(messageId);
    if (!changes || (change && changes.get(deed) !== change)) return;
    changes.delete(deed);
    if (changes.size === 0) this.#changes.delete(messageId);
    this.#stamp += 1;
  }

  /**
   * The message as it shall be seen. The same object as long as nothing changed, so that it isn't drawn again.
   *
   * @param {Message} message
   * @returns {Message}
   */
  seen(message) {
    const changes = this.#changes.get(message.id);
    if (!changes || message.deleted_at) return message;
    const known = this.#drawn.get(message);
    if (known?.stamp === this.#stamp) return known.drawn;
    const drawn = [...changes.values()].reduce((seen, change) => change(seen), message);
    this.#drawn.set(message, { stamp: this.#stamp, drawn });
    return drawn;
  }
}

/**
 * One emoji of one person, put there or taken away. Doing it twice changes nothing.
 *
 * @param {string} emoji
 * @param {string} userId
 * @param {boolean} on
 * @returns {Change}
 */
export function reacted(emoji, userId, on) {
  return (message) => {
    const all = message.reactions ?? [];
    const has = all.find((each) => each.emoji === emoji)?.user_ids.includes(userId) ?? false;
    if (has === on) return message;
    const others = (/** @type {string[]} */ ids) => ids.filter((id) => id !== userId);
    const present = all.some((each) => each.emoji === emoji) ? all : [...all, { emoji, count: 0, user_ids: [] }];
    const reactions = present
      .map((each) => {
        if (each.emoji !== emoji) return each;
        const user_ids = on ? [...each.user_ids, userId] : others(each.user_ids);
        return { ...each, user_ids, count: each.count + (on ? 1 : -1) };
      })
      .filter((each) => each.count > 0);
    return { ...message, reactions };
  };
}
