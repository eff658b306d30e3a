/** Who is typing, and how often to say that one is. Nothing here is promised: all of it may be lost on the way. */

/** @typedef {import("./types").User} User */

/** What a listener believes without hearing it again, in milliseconds (CONTRACT §5). */
export const EXPIRY = 6000;

/** How often a typist says it again while still at it. */
const REPEAT = 3000;

/** The people who are typing in one room, as far as was heard. */
export class Typists {
  /** @type {Map<string, {user: User, until: number}>} */
  #people = new Map();

  /**
   * @param {User} user
   * @param {boolean} typing
   * @param {number} now milliseconds
   */
  heard(user, typing, now) {
    this.#people.delete(user.id);
    if (typing) this.#people.set(user.id, { user, until: now + EXPIRY });
  }

  /**
   * Who sent a message, or left, is no longer typing.
   *
   * @param {string} userId
   */
  forget(userId) {
    this.#people.delete(userId);
  }

  clear() {
    this.#people.clear();
  }

  /**
   * @param {number} now
   * @returns {User[]} in the order in which they began to be heard
   */
  current(now) {
    for (const [id, { until }] of this.#people) if (until <= now) this.#people.delete(id);
    return Array.from(this.#people.values(), ({ user }) => user);
  }

  /**
   * Milliseconds until somebody expires, or null when nobody is typing.
   *
   * @param {number} now
   */
  nextExpiry(now) {
    const ends = Array.from(this.#people.values(), ({ until }) => until);
    return ends.length ? Math.max(0, Math.min(...ends) - now) : null;
  }
}

/**
 * What to say about them: "Ada is typing", "Ada and Bob are typing", "Several people are typing".
 *
 * @param {User[]} people
 */
export function sentence(people) {
  const names = people.map((user) => user.display_name);
  if (names.length === 0) return "";
  if (names.length === 1) return `${names[0]} is typing`;
  if (names.length === 2) return `${names[0]} and ${names[1]} are typing`;
  if (names.length === 3) return `${names[0]}, ${names[1]} and ${names[2]} are typing`;
  return "Several people are typing";
}

/** Decides when to tell the room that I am typing: at the first key, then every three seconds, and once at the end. */
export class Announcer {
  #say;
  #lastSaid = -Infinity;
  #typing = false;

  /** @param {(typing: boolean) => void} say */
  constructor(say) {
    this.#say = say;
  }

  /**
   * A key changed the draft.
   *
   * @param {boolean} hasText
   * @param {number} now
   */
  keystroke(hasText, now) {
    if (!hasText) return this.stop();
    if (this.#typing && now - this.#lastSaid < REPEAT) return;
    this.#typing = true;
    this.#lastSaid = now;
    this.#say(true);
  }

  /** The draft is empty, or the person went elsewhere. */
  stop() {
    if (!this.#typing) return;
    this.#typing = false;
    this.#lastSaid = -Infinity;
    this.#say(false);
  }

  /** The message was sent: everybody will see that it was, so nothing needs saying. */
  sent() {
    this.#typing = false;
    this.#lastSaid = -Infinity;
  }
}
