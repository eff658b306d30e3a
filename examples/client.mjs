/**
 * A client of Parlor in JavaScript, to read and to copy from. It loses nothing, doubles nothing, and keeps the order.
 *
 *     npm install socket.io-client
 *     node examples/client.mjs http://127.0.0.1:5000 pt_… ROOM_ID
 *
 * prints what is said in a room, and says what you type. The token is one that your account page makes.
 */

import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const ANSWER_MS = 10_000; // an acknowledgement that takes longer is not waited for
const HEADS_MS = 25_000; // how often we ask whether the last message was lost on the way
const SEND_MS = 100; // how often we look whether something is due again
const SEND_AGAIN = { rate_limited: Infinity, unavailable: Infinity, internal: 5 }; // how often at most
const GIVE_UP = new Set(["unauthenticated", "forbidden", "unsupported_version", "signed_out", "revoked", "expired"]);

/** One device of one person. `onMessage`, `onSent`, `onFailed` and `onEnded` are yours. */
export class Client {
  rooms = new Map(); // id → the room, and in it `cursor`, `messages`: Map of seq → message
  outbox = []; // what is not confirmed, in the order of writing; keep yours on disk
  ended = null; // why we don't come back
  #url;
  #token;
  #socket;
  #timers = [];
  #attempts = 0;
  #notBefore = 0; // the server's word on when to come back
  #behind = false; // something is missing
  #syncing = false;
  #sending = false;
  #caughtUp = false;

  constructor(url, token, { onMessage, onSent, onFailed, onEnded, options } = {}) {
    Object.assign(this, { onMessage, onSent, onFailed, onEnded });
    this.#url = url;
    this.#token = token;
    // The library's own way of coming back is not random enough, and doesn't come back after a refusal.
    const ways = { forceNew: true, auth: { token, v: "1" }, autoConnect: false, reconnection: false };
    this.#socket = io(`${url}/chat`, { ...options, ...ways });
    this.#socket.on("connect", () => this.#connected());
    this.#socket.on("disconnect", () => this.#lost());
    this.#socket.on("connect_error", ({ data }) => {
      if (data) this.#turnedAway(data.code, data); // or the server was not reached
      this.#lost();
    });
    this.#socket.onAny((event, fact) => this.#heard(event, fact));
  }

  start() {
    this.#socket.connect();
    return this;
  }

  stop(reason = "stopped") {
    if (this.ended) return;
    this.ended = reason;
    this.#socket.disconnect();
    this.#timers.forEach(clearInterval);
    this.onEnded?.(reason);
  }

  /** Sends a message, once, as soon as that is possible. */
  say(room_id, text, more = {}) {
    this.outbox.push({ asked: { room_id, nonce: crypto.randomUUID(), text, ...more }, tries: 0, due: 0 });
    this.#send();
  }

  /* The line. */

  #connected() {
    this.#attempts = 0;
    this.#timers = [setInterval(() => this.#compare(), HEADS_MS), setInterval(() => this.#send(), SEND_MS)];
    this.#sync();
  }

  /** Comes back after a random while of 1 to 30 seconds, not before the server said, and not all in step. */
  #lost() {
    this.#timers.forEach(clearInterval);
    this.#syncing = this.#sending = this.#caughtUp = false;
    if (this.ended) return;
    const most = Math.min(30_000, 2000 * 2 ** this.#attempts++);
    const wait = Math.max(1000 + Math.random() * (most - 1000), this.#notBefore - Date.now());
    this.#timers = [setTimeout(() => this.#socket.connect(), wait)];
  }

  #turnedAway(why, { retry_after = 1 }) {
    this.#notBefore = Date.now() + retry_after * 1000;
    if (GIVE_UP.has(why)) this.stop(why);
  }

  /** The answer; null when the line broke meanwhile, or was given up because none came in time. */
  async #ask(event, data) {
    const line = this.#socket.id;
    const answer = await this.#socket.timeout(ANSWER_MS).emitWithAck(event, data).catch(() => null);
    if (line !== this.#socket.id) return null;
    if (!answer) this.#socket.disconnect();
    return answer;
  }

  #heard(event, fact) {
    if (event === "session_ended") this.#turnedAway(fact.reason, fact);
    else if (event === "room_added") this.#sync();
    else if (event === "room_removed") this.rooms.delete(fact.room_id);
    else if (fact.type === event && "seq" in fact) this.#apply(fact);
  }

  /* The rooms' logs. */

  #each(field) {
    return Object.fromEntries([...this.rooms.values()].map((room) => [room.id, room[field]]));
  }

  /** Everything since we were here last, whole or `reset`. */
  async #sync() {
    this.#behind = true;
    if (this.#syncing) return;
    this.#syncing = true;
    while (this.#behind) {
      this.#behind = false;
      const answer = await this.#ask("sync", { rooms: this.#each("cursor"), epochs: this.#each("epoch") });
      if (!answer) return;
      if (!answer.ok) this.#turnedAway(answer.error.code, answer.error);
      if (!answer.ok) return void this.#socket.disconnect();
      for (const { room, entries, reset } of answer.data.rooms) {
        if (reset && !(await this.#snapshot(room))) return void this.#socket.disconnect();
        for (const fact of entries) this.#apply(fact);
      }
      for (const id of answer.data.removed) this.rooms.delete(id);
    }
    this.#syncing = false;
    this.#caughtUp = true;
    this.#send(); // only now: what others said meanwhile comes before it
  }

  /** More was missed than is told one by one: take what the room holds now. */
  async #snapshot(room) {
    const line = this.#socket.id;
    const asked = { headers: { Authorization: `Bearer ${this.#token}` } };
    const reply = await fetch(`${this.#url}/api/v1/rooms/${room.id}/messages?limit=100`, asked).catch(() => null);
    const page = reply?.ok && (await reply.json());
    if (!page || line !== this.#socket.id) return false;
    this.rooms.set(room.id, { ...room, cursor: room.last_seq, messages: new Map() });
    for (const message of page.items.reverse()) this.#put(message);
    return true;
  }

  #apply({ room_id, seq, type, message }) {
    const room = this.rooms.get(room_id);
    if (!room || seq > room.cursor + 1) return void this.#sync(); // a hole: ask for what is missing
    if (seq <= room.cursor) return; // known
    room.cursor = seq; // also over a fact of a kind that we don't know
    // What is older than our snapshot comes with its page, and not because somebody liked it.
    if (message && (type === "message_posted" || room.messages.has(message.seq))) this.#put(message);
  }

  #put(message) {
    const { messages } = this.rooms.get(message.room_id);
    if (messages.get(message.seq)?.version >= message.version) return;
    messages.set(message.seq, message);
    this.onMessage?.(message);
  }

  async #compare() {
    const answer = await this.#ask("heads", { rooms: this.#each("cursor") });
    if (answer?.ok && Object.keys(answer.data.behind).length) this.#sync();
  }

  /* The outbox: of each room the oldest only, so that messages arrive in the order of writing. */

  async #send() {
    if (this.#sending || !this.#caughtUp) return;
    this.#sending = true;
    for (let unsent = this.#due(); unsent; unsent = this.#due()) {
      const answer = await this.#ask("post_message", unsent.asked);
      if (!answer) return; // it goes out again, with the same nonce, when we are back
      const { ok, data, error } = answer;
      unsent.tries += 1;
      const wait = error?.retry_after ?? Math.random() * Math.min(15, 0.5 * 2 ** unsent.tries);
      unsent.due = Date.now() + wait * 1000;
      if (unsent.tries < SEND_AGAIN[error?.code]) continue;
      this.outbox.splice(this.outbox.indexOf(unsent), 1);
      if (ok) this.onSent?.(unsent.asked, data);
      else this.onFailed?.(unsent.asked, error);
    }
    this.#sending = false;
  }

  /** What may go out now. */
  #due() {
    const rooms = this.outbox.map(({ asked }) => asked.room_id);
    return this.outbox.find(({ due }, at) => due <= Date.now() && rooms.indexOf(rooms[at]) === at);
  }
}

if (process.argv[1] === import.meta.filename) {
  const [url, token, room] = process.argv.slice(2);
  const onMessage = ({ seq, author, text }) => console.log(seq, author?.display_name, text);
  const onFailed = ({ text }, { title }) => console.log("Not sent:", text, title);
  const client = new Client(url, token, { onMessage, onFailed, onEnded: console.log }).start();
  for await (const line of createInterface({ input: process.stdin })) client.say(room, line);
  while (client.outbox.length && !client.ended) await new Promise((resolve) => setTimeout(resolve, 100));
  client.stop();
}
