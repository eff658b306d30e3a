/** What is fetched when a room is opened, when its conversation can't be continued, and when one was away. */

/**
 * @typedef {object} Options
 * @property {import("./conversations.js").Conversations} conversations
 * @property {import("./past.js").Past} past
 * @property {import("./invites.js").Invites} invites
 * @property {(roomId: string) => Promise<import("./types").Member[]>} members
 */

/** How often the members are asked for when something is told about them while the answer is on its way. */
const TURNS = 3;

export class Visits {
  #conversations;
  #past;
  #invites;
  #members;

  /** @param {Options} options */
  constructor({ conversations, past, invites, members }) {
    this.#conversations = conversations;
    this.#past = past;
    this.#invites = invites;
    this.#members = members;
  }

  /**
   * All of a room that wasn't opened before, and what was said where the reader goes, if that is elsewhere than what
   * is here or, in a room that wasn't opened, at its end.
   *
   * @param {string} roomId
   * @param {number | null} [place] a seq
   */
  async begin(roomId, place = null) {
    const isOpened = this.#conversations.isOpened(roomId);
    if (!isOpened) {
      this.#conversations.setMembers(roomId, []);
      void this.people(roomId);
      this.#invites.fetch(roomId).catch(() => {});
    }
    const timeline = this.#conversations.timeline(roomId);
    if (place !== null) await this.#past.around(roomId, timeline, place);
    else if (!isOpened) await this.#past.latest(roomId, timeline);
  }

  /**
   * A snapshot in place of what can't be continued.
   *
   * @param {string} roomId
   * @param {number | null} place the seq where the reader is; null at the end
   */
  async renew(roomId, place) {
    const timeline = this.#conversations.timeline(roomId);
    if (place) await this.#past.around(roomId, timeline, place);
    else await this.#past.latest(roomId, timeline);
    await this.people(roomId);
  }

  /** Who is in a room, asked again when something was told about them meanwhile. @param {string} roomId */
  async people(roomId) {
    for (let turn = 0; turn < TURNS; turn += 1) {
      const told = this.#conversations.membersTold(roomId);
      const members = await this.#members(roomId).catch(() => null);
      if (!members || !this.#conversations.room(roomId)) return;
      this.#conversations.setMembers(roomId, members);
      if (this.#conversations.membersTold(roomId) === told) return;
    }
  }
}
