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
const SEND_AGAIN = new Set(["rate_limited", "unavailable", "internal"]);
const INTERNAL_MAX = 5;

/** One device of one person. `onMessage`, `onSent`, `onFailed` and `onEnded` are yours. */
export class Client {
  rooms = new Map(); // id → {id, epoch, cursor, messages: Map of seq → message}
  outbox = new Map(); // room id → what is not confirmed, in the order of writing; keep yours on disk
  ended = null; // why we don't come back
  #url;
  #token;
  #socket;
  #heads;
  #timer;
  #attempts = 0;
  #notBefore = 0; // the server's word on when to come back
  #asking = false;
  #caughtUp = false;

  constructor(url, token, { onMessage, onSent, onFailed, onEnded, options } = {}) {
    Object.assign(this, { onMessage, onSent, onFailed, onEnded });
    this.#url = url;
    this.#token = token;
    // The library's own way of coming back is not random enough, and doesn't come back after a refusal.
    this.#socket = io(`${url}/chat`, { ...options, forceNew: true, auth: { token, v: "1" }, autoConnect: false, reconnection: false });
    this.#socket.on("connect", () => this.#connected());
    this.#socket.on("disconnect", () => this.#lost());
    this.#socket.on("connect_error", (error) => this.#refused(error.data));
    this.#socket.onAny((event, fact) => this.#heard(event, fact));
  }

  start() {
    this.#socket.connect();
    return this;
  }

  stop(reason = "stopped") {
    if (this.ended) return;
    this.ended = reason;
    clearTimeout(this.#timer);
    this.#socket.disconnect();
    this.onEnded?.(reason);
  }

  /** Sends a message, once, as soon as that is possible. */
  say(room_id, text, nonce = crypto.randomUUID()) {
    if (!this.outbox.has(room_id)) this.outbox.set(room_id, { waiting: [], flying: false });
    this.outbox.get(room_id).waiting.push({ room_id, nonce, text, tries: 0 });
    this.#pump(room_id);
    return nonce;
  }

  /* The line. */

  #connected() {
    this.#attempts = 0;
    this.#heads = setInterval(() => this.#compare(), HEADS_MS);
    this.#sync();
  }

  /** Comes back after a random while of 1 to 30 seconds, not before the server said, and not all in step. */
  #lost() {
    clearInterval(this.#heads);
    this.#asking = this.#caughtUp = false;
    for (const lane of this.outbox.values()) lane.flying = false;
    if (this.ended) return;
    const most = Math.min(30_000, 2000 * 2 ** this.#attempts++);
    const wait = Math.max(1000 + Math.random() * (most - 1000), this.#notBefore - Date.now());
    this.#timer = setTimeout(() => this.#socket.connect(), wait);
  }

  /** `problem` is missing when the server was not reached. */
  #refused(problem) {
    if (problem?.retry_after) this.#notBefore = Date.now() + problem.retry_after * 1000;
    if (["unauthenticated", "forbidden", "unsupported_version"].includes(problem?.code)) this.stop(problem.code);
    else this.#lost();
  }

  /** The answer, or null when none came in time, or the line broke. */
  async #ask(event, data) {
    const line = this.#socket.id;
    const answer = await this.#socket.timeout(ANSWER_MS).emitWithAck(event, data).catch(() => null);
    return line === this.#socket.id ? answer : null;
  }

  #heard(event, fact) {
    if (event === "session_ended" && fact.reason !== "server_closing") this.stop(fact.reason);
    else if (event === "session_ended") this.#notBefore = Date.now() + (fact.retry_after ?? 1) * 1000;
    else if (event === "room_added") this.#sync();
    else if (event === "room_removed") this.rooms.delete(fact.room_id);
    else if (fact.type === event && "seq" in fact) this.#apply(fact);
  }

  /* The rooms' logs. */

  async #sync() {
    if (this.#asking || !this.#socket.connected) return;
    this.#asking = true;
    const of = (field) => Object.fromEntries([...this.rooms.values()].map((room) => [room.id, room[field]]));
    const line = this.#socket.id;
    const answer = await this.#ask("sync", { rooms: of("cursor"), epochs: of("epoch") });
    if (!this.#socket.connected || line !== this.#socket.id) return;
    this.#asking = false;
    if (!answer) return this.#socket.disconnect();
    if (!answer.ok) return void setTimeout(() => this.#sync(), (answer.error.retry_after ?? 1) * 1000);
    const snapshots = [];
    for (const { room, entries, reset } of answer.data.rooms) {
      if (reset) snapshots.push(this.#snapshot(room));
      else entries.forEach((fact) => this.#apply(fact));
    }
    for (const id of answer.data.removed) this.rooms.delete(id);
    await Promise.all(snapshots);
    this.#caughtUp = true;
    for (const id of this.outbox.keys()) this.#pump(id); // only now: what others said meanwhile comes before it
  }

  /** More was missed than is told one by one: forget, and take what the room holds now. */
  async #snapshot({ id, epoch, last_seq }) {
    this.rooms.set(id, { id, epoch, cursor: last_seq, messages: new Map() });
    const said = await this.history(id).catch(() => null);
    if (!said) return void this.rooms.delete(id); // unknown as before: the next fact or line asks for it again
    for (const message of said.reverse()) this.#put(message);
  }

  /** The newest 100 messages of a room, or of those before a seq; newest first. */
  async history(id, before) {
    const path = `${this.#url}/api/v1/rooms/${id}/messages?limit=100${before ? `&before=${before}` : ""}`;
    const reply = await fetch(path, { headers: { Authorization: `Bearer ${this.#token}` } });
    if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
    return (await reply.json()).items;
  }

  #apply(fact) {
    const room = this.rooms.get(fact.room_id);
    if (!room || fact.seq > room.cursor + 1) return void this.#sync(); // a hole: ask for what is missing
    if (fact.seq <= room.cursor) return; // known
    room.cursor = fact.seq; // also over a fact of a kind that we don't know
    if (fact.message) this.#put(fact.message);
  }

  #put(message) {
    const messages = this.rooms.get(message.room_id)?.messages;
    if (!messages || messages.get(message.seq)?.version >= message.version) return;
    messages.set(message.seq, message);
    this.onMessage?.(message);
  }

  async #compare() {
    const rooms = Object.fromEntries([...this.rooms.values()].map((room) => [room.id, room.cursor]));
    const answer = await this.#ask("heads", { rooms });
    if (!answer) this.#socket.disconnect();
    else if (answer.ok && Object.keys(answer.data.behind).length) this.#sync();
  }

  /* The outbox: of each room one message in the air, so that they arrive in the order of writing. */

  async #pump(id) {
    const lane = this.outbox.get(id);
    if (!this.#caughtUp || lane.flying || lane.waiting.length === 0) return;
    lane.flying = true;
    const line = this.#socket.id;
    const [unsent] = lane.waiting;
    const { room_id, nonce, text } = unsent;
    const answer = await this.#ask("post_message", { room_id, nonce, text });
    if (line !== this.#socket.id) return; // it goes out again, with the same nonce, when we are back
    unsent.tries += 1;
    const problem = answer?.error;
    if (!answer || (SEND_AGAIN.has(problem?.code) && (problem.code !== "internal" || unsent.tries < INTERNAL_MAX))) {
      const wait = problem?.retry_after ?? Math.random() * Math.min(15, 0.5 * 2 ** unsent.tries);
      return void setTimeout(() => line === this.#socket.id && ((lane.flying = false), this.#pump(id)), wait * 1000);
    }
    lane.waiting.shift();
    lane.flying = false;
    if (answer.ok) this.onSent?.(unsent, answer.data);
    else this.onFailed?.(unsent, problem);
    this.#pump(id);
  }
}

if (process.argv[1] === import.meta.filename) {
  const [url, token, room] = process.argv.slice(2);
  const client = new Client(url, token, {
    onMessage: ({ seq, author, text }) => console.log(`${String(seq).padStart(6)}  ${author?.display_name ?? "deleted member"}: ${text}`),
    onFailed: ({ text }, { title }) => console.log(`Not sent: ${JSON.stringify(text)}: ${title}`),
    onEnded: (reason) => console.log(reason),
  }).start();
  for await (const line of createInterface({ input: process.stdin })) client.say(room, line);
  while ([...client.outbox.values()].some((lane) => lane.waiting.length) && !client.ended)
    await new Promise((resolve) => setTimeout(resolve, 100));
  client.stop();
}
