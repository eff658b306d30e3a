/** What is asked over HTTP: history, members, links. One function that fetches, and one error that it raises. */

/**
 * @typedef {import("./types").Problem} Problem
 * @typedef {import("./types").Message} Message
 * @typedef {import("./types").Member} Member
 * @typedef {import("./types").Invite} Invite
 * @typedef {import("./types").Knock} Knock
 * @typedef {import("./types").Report} Report
 * @typedef {import("./types").Role} Role
 * @typedef {import("./types").Room} Room
 */

/**
 * @template T
 * @typedef {import("./types").Page<T>} Page
 */

/** A refusal, or no answer at all. `problem.status` is 0 when the server wasn't reached. */
export class Refused extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.errors?.[0]?.message ?? (problem.detail || problem.title));
    this.problem = problem;
  }
}

/** @type {Problem} */
const UNREACHED = { status: 0, code: "unavailable", title: "The server can't be reached right now." };
const WITHIN = 15_000;

export class Api {
  #csrf;
  #fetch;

  /**
   * @param {string} csrf
   * @param {typeof globalThis.fetch} [fetch]
   */
  constructor(csrf, fetch = globalThis.fetch.bind(globalThis)) {
    this.#csrf = csrf;
    this.#fetch = fetch;
  }

  /**
   * What the server says about itself.
   *
   * @returns {Promise<{version: string, now: string}>}
   */
  server() {
    return this.#ask("GET", "/server");
  }

  /**
   * A page of what was said: newest first for `before` and for none, oldest first for the others.
   *
   * @param {string} roomId
   * @param {{before?: number, after?: number, around?: number, limit?: number}} [where]
   * @returns {Promise<Page<Message>>}
   */
  history(roomId, { limit = 50, ...where } = {}) {
    const query = new URLSearchParams({ limit: String(limit) });
    for (const [name, seq] of Object.entries(where)) query.set(name, String(seq));
    return this.#ask("GET", `/rooms/${encodeURIComponent(roomId)}/messages?${query}`);
  }

  /**
   * Everybody in a room, however many pages that takes.
   *
   * @param {string} roomId
   * @returns {Promise<Member[]>}
   */
  members(roomId) {
    return this.#whole(`/rooms/${encodeURIComponent(roomId)}/members`);
  }

  /**
   * All my rooms.
   *
   * @returns {Promise<Room[]>}
   */
  rooms() {
    return this.#whole("/rooms");
  }

  /**
   * A list, however many pages it has.
   *
   * @template T
   * @param {string} path
   * @returns {Promise<T[]>}
   */
  async #whole(path) {
    /** @type {T[]} */
    const items = [];
    let cursor = "";
    for (let turn = 0; turn < 50; turn += 1) {
      /** @type {Page<T>} */
      const page = await this.#ask("GET", `${path}${cursor}`);
      items.push(...page.items);
      if (!page.next) break;
      cursor = `?cursor=${encodeURIComponent(page.next)}`;
    }
    return items;
  }

  /**
   * The newest link that works now; null where somebody closed them all, and none is made behind their back.
   *
   * @param {string} roomId
   * @returns {Promise<Invite | null>}
   */
  async invite(roomId) {
    /** @type {Page<Invite>} */
    const page = await this.#ask("GET", `/rooms/${encodeURIComponent(roomId)}/invites`);
    const now = Date.now();
    return page.items.find((invite) => isLive(invite, now)) ?? null;
  }

  /**
   * @param {string} roomId
   * @returns {Promise<Invite>}
   */
  newInvite(roomId) {
    return this.#ask("POST", `/rooms/${encodeURIComponent(roomId)}/invites`, {});
  }

  /**
   * Ends the links there were, and makes a new one.
   *
   * @param {string} roomId
   * @returns {Promise<Invite>}
   */
  rotate(roomId) {
    return this.#ask("POST", `/rooms/${encodeURIComponent(roomId)}/invites/rotate`, {});
  }

  /**
   * @param {string} roomId
   * @param {string} title
   */
  rename(roomId, title) {
    return this.#ask("PATCH", `/rooms/${encodeURIComponent(roomId)}`, { title });
  }

  /** @param {string} roomId */
  leave(roomId) {
    return this.#ask("DELETE", `/rooms/${encodeURIComponent(roomId)}/members/me`);
  }

  /**
   * What is pinned in a room.
   *
   * @param {string} roomId
   * @returns {Promise<Page<Message>>}
   */
  pins(roomId) {
    return this.#ask("GET", `/rooms/${encodeURIComponent(roomId)}/pins`);
  }

  /**
   * What a message said before it was edited, newest first.
   *
   * @param {string} messageId
   * @returns {Promise<Page<{text: string, version: number, written_at: string}>>}
   */
  versions(messageId) {
    return this.#ask("GET", `/messages/${encodeURIComponent(messageId)}/versions`);
  }

  /** Asked while the page goes, so nobody waits for the answer. @param {string} messageId */
  deleteMessage(messageId) {
    return this.#ask("DELETE", `/messages/${encodeURIComponent(messageId)}`, undefined, { keepalive: true });
  }

  /**
   * Who waits at a room's door, longest first.
   *
   * @param {string} roomId
   * @returns {Promise<Page<Knock>>}
   */
  knocks(roomId) {
    return this.#ask("GET", `/rooms/${encodeURIComponent(roomId)}/knocks`);
  }

  /**
   * @param {string} knockId
   * @param {"approve" | "deny"} answer
   */
  answerKnock(knockId, answer) {
    return this.#ask("POST", `/knocks/${encodeURIComponent(knockId)}/${answer}`);
  }

  /**
   * Reports in a room that nobody answered yet.
   *
   * @param {string} roomId
   * @returns {Promise<Page<Report>>}
   */
  reports(roomId) {
    return this.#ask("GET", `/rooms/${encodeURIComponent(roomId)}/reports`);
  }

  /**
   * Asks those who look after the room to look at a message.
   *
   * @param {string} messageId
   * @param {string} reason
   */
  report(messageId, reason) {
    return this.#ask("POST", `/messages/${encodeURIComponent(messageId)}/report`, { reason });
  }

  /**
   * @param {string} roomId
   * @param {string} userId
   * @param {Role} role
   * @returns {Promise<Member>}
   */
  setRole(roomId, userId, role) {
    return this.#ask("PATCH", member(roomId, userId), { role });
  }

  /**
   * @param {string} roomId
   * @param {string} userId
   * @param {number} seconds
   * @returns {Promise<Member>}
   */
  mute(roomId, userId, seconds) {
    return this.#ask("PUT", `${member(roomId, userId)}/mute`, { seconds });
  }

  /**
   * @param {string} roomId
   * @param {string} userId
   */
  unmute(roomId, userId) {
    return this.#ask("DELETE", `${member(roomId, userId)}/mute`);
  }

  /**
   * @param {string} roomId
   * @param {string} userId
   * @param {boolean} ban
   */
  remove(roomId, userId, ban) {
    return this.#ask("DELETE", `${member(roomId, userId)}${ban ? "?ban=true" : ""}`);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @param {RequestInit} [options]
   * @returns {Promise<any>}
   */
  async #ask(method, path, body, options = {}) {
    const headers = new Headers({ Accept: "application/json" });
    if (method !== "GET") headers.set("X-CSRFToken", this.#csrf);
    if (body) headers.set("Content-Type", "application/json");
    let answer;
    try {
      answer = await this.#fetch(`/api/v1${path}`, {
        method,
        headers,
        body: body && JSON.stringify(body),
        credentials: "same-origin",
        signal: AbortSignal.timeout(WITHIN),
        ...options,
      });
    } catch {
      throw new Refused(UNREACHED);
    }
    if (answer.status === 204) return null;
    const data = await answer.json().catch(() => null);
    if (answer.ok) return data;
    /** @type {Problem} */
    const unreadable = { status: answer.status, code: "internal", title: "Something went wrong." };
    throw new Refused(data?.code ? data : unreadable);
  }
}

/**
 * @param {string} roomId
 * @param {string} userId
 */
function member(roomId, userId) {
  return `/rooms/${encodeURIComponent(roomId)}/members/${encodeURIComponent(userId)}`;
}

/**
 * @param {Invite} invite
 * @param {number} now
 */
function isLive(invite, now) {
  if (invite.revoked_at) return false;
  if (invite.expires_at && Date.parse(invite.expires_at) <= now) return false;
  return !invite.max_uses || invite.uses < invite.max_uses;
}
