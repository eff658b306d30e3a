/** What is typed and not sent, per person and room, kept across reloads. */

/** Reads and writes drafts; a browser that refuses storage only loses the keeping, never the typing. */
export class Drafts {
  #storage;
  #prefix;

  /**
   * @param {Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem"> | null} storage
   * @param {string} userId drafts of one person are not shown to the next at the same browser
   */
  constructor(storage, userId) {
    this.#storage = storage;
    this.#prefix = `draft:${userId}:`;
  }

  /** @param {string} roomId */
  read(roomId) {
    try {
      return this.#storage?.getItem(this.#prefix + roomId) ?? "";
    } catch {
      return "";
    }
  }

  /**
   * @param {string} roomId
   * @param {string} text
   */
  keep(roomId, text) {
    try {
      if (text) this.#storage?.setItem(this.#prefix + roomId, text);
      else this.#storage?.removeItem(this.#prefix + roomId);
    } catch {
      // Full or forbidden: the text is still in the box.
    }
  }
}
