/** One room's messages as this browser knows them: a window onto the log, and behind it what isn't confirmed yet. */

import * as times from "./times.js";

/**
 * @typedef {import("./types").Message} Message
 * @typedef {import("./types").Pending} Pending
 * @typedef {import("./types").Problem} Problem
 * @typedef {import("./types").Row} Row
 */

/** Messages of one author belong together until this much silence between two of them, in milliseconds. */
const GROUP_WITHIN = 5 * 60_000;

/** So much of a message is quoted by those that answer it, as the server does it. */
const EXCERPT = 140;

/** And at most for so long, so that also a long speech says now and then what time it is, in milliseconds. */
const GROUP_LASTS = 10 * 60_000;

/**
 * The window is one unbroken stretch of the log, ordered by `seq`. Nothing outside it is ever put in, because a
 * message drawn beyond an unread stretch would hide that something is missing; it comes when the window grows.
 *
 * Whatever order messages, acknowledgements and repetitions arrive in, the same set gives the same rows.
 */
export class Timeline {
  #me;
  /** @type {Message[]} by seq */
  #messages = [];
  /** @type {Map<string, Pending>} in the order they were written */
  #pending = new Map();
  /** Nonces that this browser has drawn, so that a message keeps its place in the page when it is confirmed. */
  #drawn = new Set();
  /** @type {Message[]} what came while the window is being fetched */
  #early = [];
  /** @type {Map<string, number>} up to which version of a message its answers here were brought */
  #quoted = new Map();
  /** @type {WeakMap<Message, string>} the calendar day of each: asked for at every drawing, and slow to work out */
  #days = new WeakMap();
  #loaded = false;
  hasOlder = true;
  hasNewer = false;

  /** @param {string} me the reader's user id */
  constructor(me) {
    this.#me = me;
  }

  get loaded() {
    return this.#loaded;
  }

  /** The lowest seq in the window, where older history continues; null when there is none yet. */
  get oldest() {
    return this.#messages.length ? this.#messages[0].seq : null;
  }

  /** The highest seq of a message in the window; 0 when there is none. */
  get newest() {
    return this.#messages.length ? this.#messages[this.#messages.length - 1].seq : 0;
  }

  get isEmpty() {
    return this.#messages.length === 0 && this.#pending.size === 0;
  }

  get size() {
    return this.#messages.length;
  }

  /** @returns {readonly Message[]} */
  get messages() {
    return this.#messages;
  }

  /** From here on the window is being fetched: what is shown stays, what comes is kept until `load`. */
  expect() {
    this.#loaded = false;
    this.#early = [];
  }

  /**
   * Sets the window to a stretch just fetched, then adds what came meanwhile.
   *
   * @param {Message[]} messages in any order
   * @param {{hasOlder: boolean, hasNewer?: boolean}} edges whether the log goes on beyond either end
   */
  load(messages, { hasOlder, hasNewer = false }) {
    this.#messages = [];
    for (const message of messages) this.#insert(message);
    this.hasOlder = hasOlder;
    this.hasNewer = hasNewer;
    this.#loaded = true;
    const early = this.#early;
    this.#early = [];
    for (const message of early) this.put(message);
  }

  /**
   * A message as a fact or an acknowledgement tells it. The same one again changes nothing, an older version never
   * replaces a newer one, and a deleted message stays deleted.
   *
   * @param {Message} message
   * @returns {boolean} whether there is something new to draw
   */
  put(message) {
    const confirmed = this.#settle(message) || this.#requote(message);
    if (!this.#loaded) {
      this.#early.push(message);
      return confirmed;
    }
    const existing = this.find(message.seq);
    if (existing) return this.#replace(existing, message) || confirmed;
    if (this.#isBeyond(message.seq)) {
      if (this.hasNewer) this.#early.push(message);
      return confirmed;
    }
    this.#insert(message);
    return true;
  }

  /**
   * Somebody is called otherwise: what they said keeps the name when they leave, and no page tells it any more.
   *
   * @param {import("./types").User} user
   * @returns {boolean} whether there is something new to draw
   */
  rename(user) {
    let changed = false;
    /** @template {{author?: import("./types").User | null} | null | undefined} T @param {T} said */
    const renamed = (said) => (said?.author?.id === user.id && !same(said.author, user) ? { ...said, author: user } : said);
    for (const [index, message] of this.#messages.entries()) {
      const said = renamed(message);
      const reply_to = renamed(message.reply_to);
      if (said === message && reply_to === message.reply_to) continue;
      this.#messages[index] = { ...said, reply_to };
      changed = true;
    }
    return changed;
  }

  /** Whether the window reaches the present. */
  get isAtPresent() {
    return this.#loaded && !this.hasNewer;
  }

  /** What was said last and is still there; null when there is nothing in the window. */
  get last() {
    return this.#messages.findLast((message) => !message.deleted_at) ?? null;
  }

  /**
   * Grows the window upwards with a page of history.
   *
   * @param {Message[]} messages older than `oldest`, in any order
   * @param {boolean} hasOlder whether there is more above them
   */
  addOlder(messages, hasOlder) {
    this.hasOlder = hasOlder;
    for (const message of messages) if (!this.find(message.seq)) this.#insert(message);
  }

  /** From here on what comes after the window is being fetched: what is told meanwhile is kept until `addNewer`. */
  expectNewer() {
    if (this.#loaded) this.#early = [];
  }

  /**
   * Grows the window downwards, when it doesn't reach the present. When it does now, what was told since
   * `expectNewer` follows: a message posted while the last page was on its way is in neither of the two alone.
   *
   * @param {Message[]} messages
   * @param {boolean} hasNewer
   */
  addNewer(messages, hasNewer) {
    this.hasNewer = hasNewer;
    for (const message of messages) if (!this.find(message.seq)) this.#insert(message);
    if (hasNewer) return;
    const early = this.#early;
    this.#early = [];
    for (const message of early) this.put(message);
  }

  /**
   * Lets the oldest go when the window has grown large: a tab that is open for weeks must not grow with them. They
   * come back like any history when the reader goes up.
   *
   * @param {{above: number, keep: number}} sizes nothing happens up to `above` messages; then `keep` are left
   */
  trim({ above, keep }) {
    if (!this.#loaded || this.#messages.length <= above) return;
    this.#messages.splice(0, this.#messages.length - keep);
    this.hasOlder = true;
  }

  /**
   * @param {number} seq
   * @returns {Message | undefined}
   */
  find(seq) {
    const index = this.#indexOf(seq);
    const found = this.#messages[index];
    return found?.seq === seq ? found : undefined;
  }

  /**
   * Something that was just written here, drawn at once after everything confirmed. Not drawn a second time when
   * its confirmed copy is already there.
   *
   * @param {Pending} pending
   */
  write(pending) {
    this.#drawn.add(pending.nonce);
    const confirmed = this.#messages.some((message) => message.nonce === pending.nonce && this.#isMine(message));
    if (!confirmed) this.#pending.set(pending.nonce, pending);
  }

  /**
   * @param {string} nonce
   * @param {Problem} error why the server refused it
   */
  fail(nonce, error) {
    const pending = this.#pending.get(nonce);
    if (pending) this.#pending.set(nonce, { ...pending, state: "failed", error });
  }

  /**
   * A failed message goes out again, and so comes after those that are waiting already.
   *
   * @param {string} nonce
   */
  retry(nonce) {
    const pending = this.#pending.get(nonce);
    if (!pending) return;
    this.#pending.delete(nonce);
    this.#pending.set(nonce, { ...pending, state: "waiting", error: null });
  }

  /** @param {string} nonce */
  discard(nonce) {
    this.#pending.delete(nonce);
  }

  /** The last of those that aren't confirmed; null when there is none. */
  get lastPending() {
    return [...this.#pending.values()].at(-1) ?? null;
  }

  /** What a message that isn't confirmed says. @param {string} nonce */
  pendingText(nonce) {
    return this.#pending.get(nonce)?.text ?? "";
  }

  /**
   * What to draw, top to bottom: messages by seq, then what is pending, with a divider before each new day.
   *
   * @param {{newAfter?: number | null, place?: times.Place, seen?: (message: Message) => Message}} [options] `newAfter`: where the reader had got to; the
   *   divider goes before the first message of somebody else after it; `seen`: how a message shall look
   * @returns {Row[]}
   */
  rows({ newAfter = null, place = {}, seen = (message) => message } = {}) {
    /** @type {Row[]} */
    const rows = [];
    /** @type {Message | null} */
    let before = null;
    /** @type {Message | null} the first of those that belong together */
    let lead = null;
    let dividerDue = newAfter !== null;
    for (const [message, pending] of this.#all()) {
      const mine = this.#isMine(message);
      const newDay = !before || this.#day(before, place) !== this.#day(message, place);
      const key = this.#key(message, mine);
      if (newDay) rows.push({ kind: "day", key: `day:${key}`, at: message.created_at });
      const isNew = dividerDue && !mine && !pending && message.seq > Number(newAfter);
      if (isNew) {
        rows.push({ kind: "new", key: "new" });
        dividerDue = false;
      }
      const first = newDay || isNew || !continues(before, message) || apart(lead, message) >= GROUP_LASTS;
      if (first) lead = message;
      rows.push({ kind: "message", key, message: seen(message), first, mine, pending });
      before = message;
    }
    return rows;
  }

  /**
   * @param {Message} message
   * @param {times.Place} place
   */
  #day(message, place) {
    let day = this.#days.get(message);
    if (!day) this.#days.set(message, (day = times.day(message.created_at, place)));
    return day;
  }

  /** @returns {Generator<[Message, Pending | null]>} */
  *#all() {
    for (const message of this.#messages) yield [message, null];
    if (this.hasNewer) return;
    for (const pending of this.#pending.values()) yield [this.#draft(pending), pending];
  }

  /**
   * A pending message in the shape of a confirmed one.
   *
   * @param {Pending} pending
   * @returns {Message}
   */
  #draft(pending) {
    const { nonce, room_id, text, created_at, reply_to = null } = pending;
    const author = { id: this.#me, username: "", display_name: "", avatar_url: null, bot: false };
    const untouched = { edited_at: null, deleted_at: null, reactions: [], pinned: false, files: [] };
    return { id: "", room_id, seq: Infinity, version: 0, nonce, author, text, created_at, reply_to, ...untouched };
  }

  /**
   * @param {Message} message
   * @param {boolean} mine
   */
  #key(message, mine) {
    return mine && message.nonce && this.#drawn.has(message.nonce) ? `nonce:${message.nonce}` : `id:${message.id}`;
  }

  /** @param {Message} message */
  #isMine(message) {
    return message.author?.id === this.#me;
  }

  /**
   * The confirmed copy takes the pending one's place.
   *
   * @param {Message} message
   */
  #settle(message) {
    if (!message.nonce || !this.#isMine(message)) return false;
    return this.#pending.delete(message.nonce);
  }

  /**
   * No fact names the answers to a message that was edited or deleted: what they quote is made anew from it.
   *
   * @param {Message} message
   */
  #requote(message) {
    if (message.version <= (this.#quoted.get(message.id) ?? 1)) return false;
    this.#quoted.set(message.id, message.version);
    const words = excerpt(message.text);
    let changed = false;
    for (const [index, answer] of this.#messages.entries()) {
      if (answer.reply_to?.id !== message.id || answer.reply_to.excerpt === words) continue;
      this.#messages[index] = { ...answer, reply_to: { ...answer.reply_to, excerpt: words } };
      changed = true;
    }
    return changed;
  }

  /** @param {number} seq */
  #isBeyond(seq) {
    if (this.hasNewer && seq > this.newest) return true;
    return this.hasOlder && this.oldest !== null && seq < this.oldest;
  }

  /**
   * @param {Message} existing
   * @param {Message} message
   */
  #replace(existing, message) {
    if (message.version < existing.version) return false;
    if (existing.deleted_at && !message.deleted_at) return false;
    if (message.version === existing.version && same(existing, message)) return false;
    this.#messages[this.#indexOf(message.seq)] = message;
    return true;
  }

  /** @param {Message} message */
  #insert(message) {
    const index = this.#indexOf(message.seq);
    if (this.#messages[index]?.seq === message.seq) this.#replace(this.#messages[index], message);
    else this.#messages.splice(index, 0, message);
    this.#settle(message);
  }

  /**
   * Where a seq is in the window, or would be.
   *
   * @param {number} seq
   */
  #indexOf(seq) {
    let low = 0;
    let high = this.#messages.length;
    // What is live almost always goes to the end.
    if (high && this.#messages[high - 1].seq < seq) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#messages[middle].seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * The beginning of a message on one line, as answers quote it.
 *
 * @param {string} text
 */
export function excerpt(text) {
  return [...text.replace(/[ \t\n]+/gu, " ")].slice(0, EXCERPT).join("");
}

/**
 * @param {Message | null} before
 * @param {Message} message
 */
function continues(before, message) {
  if (!before || before.author?.id !== message.author?.id || message.reply_to) return false;
  if (!before.author && !message.author) return false;
  // A clock that was set back must not glue a message to one from its future.
  return apart(before, message) < GROUP_WITHIN;
}

/**
 * Milliseconds between two messages.
 *
 * @param {Message | null} one
 * @param {Message} other
 */
function apart(one, other) {
  return one ? Math.abs(Date.parse(other.created_at) - Date.parse(one.created_at)) : 0;
}

/**
 * @template T
 * @param {T} one
 * @param {T} other
 */
function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
