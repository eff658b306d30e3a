// The cast of every test here: Ada (the reader), Bob, and what they say. And chance that can be repeated.

export const ada = person("ada", "Ada");
export const bob = person("bob", "Bob");
export const eve = person("eve", "Eve");

export function person(id, display_name) {
  return { id, username: id, display_name };
}

const START = Date.parse("2026-11-22T12:00:00.000Z");

export function message(seq, author = bob, extra = {}) {
  return {
    id: `m${seq}`,
    room_id: "garden",
    seq,
    version: 1,
    nonce: `n${seq}`,
    author,
    text: `said ${seq}`,
    created_at: new Date(START + seq * 1000).toISOString(),
    edited_at: null,
    deleted_at: null,
    reactions: [],
    pinned: false,
    files: [],
    ...extra,
  };
}

export function posted(seq, author = bob, extra = {}) {
  const said = message(seq, author, extra);
  return { type: "message_posted", room_id: said.room_id, seq, at: said.created_at, message: said };
}

export function pending(nonce, text = nonce, room_id = "garden") {
  return { nonce, room_id, text, created_at: new Date(START).toISOString(), state: "waiting", error: null };
}

export function room(extra = {}) {
  return {
    id: "garden",
    title: "Garden",
    epoch: "e1",
    last_seq: 0,
    read_seq: 0,
    unread: 0,
    mentions: 0,
    role: "member",
    member_count: 2,
    last_message: null,
    ...extra,
  };
}

/** A small generator of even numbers below 1 (mulberry32): the same seed, the same story. */
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function shuffled(items, random) {
  const all = [...items];
  for (let last = all.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [all[last], all[other]] = [all[other], all[last]];
  }
  return all;
}

/** A clock that stands still until it is told to go on, and the timers that hang on it. */
export class Clock {
  now = 0;
  #due = new Map();
  #last = 0;

  set = (act, ms) => {
    this.#last += 1;
    this.#due.set(this.#last, { at: this.now + ms, act });
    return this.#last;
  };

  clear = (timer) => this.#due.delete(timer);

  get pending() {
    return this.#due.size;
  }

  /** Lets this much time pass, and whatever was due in it happen in order. */
  async pass(ms) {
    const until = this.now + ms;
    for (;;) {
      await settled();
      const next = [...this.#due].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!next) break;
      this.#due.delete(next[0]);
      this.now = next[1].at;
      next[1].act();
    }
    this.now = until;
    await settled();
  }
}

/** Everything that was promised already has happened. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}
