/** The link of each room, as far as it is known here. */

/**
 * @typedef {import("./types").Invite} Invite
 * @typedef {Pick<import("./api.js").Api, "invite" | "newInvite" | "rotate">} Source
 */

export class Invites {
  #source;
  #changed;
  /** @type {Map<string, Invite>} */
  #known = new Map();

  /**
   * @param {Source} source
   * @param {(roomId: string) => void} changed
   */
  constructor(source, changed) {
    this.#source = source;
    this.#changed = changed;
  }

  /** @param {string} roomId */
  of(roomId) {
    return this.#known.get(roomId) ?? null;
  }

  /** @param {string} roomId */
  url(roomId) {
    return this.of(roomId)?.url ?? "";
  }

  /** The newest that works; null when none does. @param {string} roomId */
  async fetch(roomId) {
    return this.keep(roomId, await this.#source.invite(roomId));
  }

  /** @param {string} roomId */
  async make(roomId) {
    return this.keep(roomId, await this.#source.newInvite(roomId));
  }

  /** One in place of all there were. @param {string} roomId */
  async rotate(roomId) {
    return this.keep(roomId, await this.#source.rotate(roomId));
  }

  /**
   * @template {Invite | null} I
   * @param {string} roomId
   * @param {I} invite
   * @returns {I}
   */
  keep(roomId, invite) {
    if (invite) this.#known.set(roomId, invite);
    else this.#known.delete(roomId);
    this.#changed(roomId);
    return invite;
  }
}
