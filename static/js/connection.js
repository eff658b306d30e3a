/** The line to the server: opens it, keeps it open, and says truthfully how it is. Knows events, not rooms. */

import * as backoff from "./backoff.js";

/**
 * @typedef {import("./types").Problem} Problem
 */

/**
 * @template T
 * @typedef {import("./types").Ack<T>} Ack
 */

/**
 * How the line is. `ended` is for good: the session is over, or this page is too old.
 *
 * @typedef {{state: "connecting"} | {state: "online"} | {state: "offline"}
 *   | {state: "reconnecting", retryAt: number | null, why?: string}
 *   | {state: "ended", reason: string}} Status
 */

/**
 * What of a Socket.IO socket is used, so that a test can stand in for the network.
 *
 * @typedef {object} Socket
 * @property {boolean} connected
 * @property {() => unknown} connect
 * @property {() => unknown} disconnect
 * @property {(event: string, listener: (...args: any[]) => void) => unknown} on
 * @property {(listener: (event: string, ...args: any[]) => void) => unknown} onAny
 * @property {{engine?: {transport?: {name: string}}}} [io]
 * @property {(ms: number) => {emitWithAck: (event: string, payload: object) => Promise<any>}} timeout
 */

/**
 * @typedef {object} Options
 * @property {Socket} socket made with `autoConnect: false, reconnection: false`
 * @property {(status: Status) => void} onStatus
 * @property {() => void} onOpen
 * @property {() => void} onClosed
 * @property {(event: string, fact: any) => void} onFact
 * @property {() => boolean} [isOnline] what the browser believes
 * @property {() => number} [clock]
 * @property {{set: (act: () => void, ms: number) => number, clear: (timer: number) => void}} [timers]
 * @property {() => number} [random]
 */

const ACK_WITHIN = 10_000;

/** For so long an attempt is left alone, however much somebody wishes for another; and then it is given up. */
const ATTEMPT = { atLeast: 3000, atMost: 25_000 };

export class Connection {
  #options;
  #socket;
  #timers;
  #random;
  #clock;
  #attempts = 0;
  #notBefore = 0;
  /** @type {number | null} */
  #timer = null;
  /** @type {number | null} since when an attempt is on its way */
  #tryingSince = null;
  /** @type {Status} */
  #status = { state: "connecting" };

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#socket = options.socket;
    this.#timers = options.timers ?? { set: (act, ms) => Number(setTimeout(act, ms)), clear: (id) => clearTimeout(id) };
    this.#random = options.random ?? Math.random;
    this.#clock = options.clock ?? Date.now;
  }

  get status() {
    return this.#status;
  }

  /** What the line is made of: `websocket` or `polling`; null while there is none. */
  get transport() {
    return this.#socket.connected ? (this.#socket.io?.engine?.transport?.name ?? null) : null;
  }

  /** How often a line was made, the first one included. */
  lines = 0;

  open() {
    this.#socket.on("connect", () => this.#opened());
    this.#socket.on("disconnect", () => this.#closed());
    this.#socket.on("connect_error", (error) => this.#failed(error?.data));
    this.#socket.onAny((event, fact) => this.#heard(event, fact));
    this.#try();
  }

  /**
   * A request and its acknowledgement, whatever that says.
   *
   * @param {string} event
   * @param {object} payload
   * @param {number} [within] milliseconds
   * @returns {Promise<Ack<any>>} rejects when there is no line, or no answer in time
   */
  async ask(event, payload, within = ACK_WITHIN) {
    // The library would keep it and send it some day; what waits here waits in the outbox, where it can be seen.
    if (!this.#socket.connected) throw new Error("There is no connection.");
    return this.#socket.timeout(within).emitWithAck(event, payload);
  }

  /** The person, or the browser, thinks that now would be a good time. */
  retryNow() {
    if (this.#status.state === "ended" || this.#socket.connected) return;
    const now = this.#clock();
    if (now < this.#notBefore) return;
    if (this.#tryingSince !== null && now - this.#tryingSince < ATTEMPT.atLeast) return;
    this.#attempts = 0;
    this.#try();
  }

  /** The line is open and silent: give it up, and make a new one. */
  restart() {
    if (this.#status.state === "ended" || !this.#socket.connected) return;
    this.#socket.disconnect();
  }

  /** The browser says that it lost the network. It is only a hint: what decides is whether a new line can be made. */
  suspectOffline() {
    if (this.#status.state === "ended") return;
    if (this.#socket.connected) this.#socket.disconnect();
    else this.#schedule();
  }

  /** The session is over, as another part of the page has learned.
   * @param {string} reason */
  end(reason) {
    if (this.#status.state === "ended") return;
    this.#stopTimer();
    this.#set({ state: "ended", reason });
    this.#socket.disconnect();
  }

  #opened() {
    this.lines += 1;
    this.#attempts = 0;
    this.#notBefore = 0;
    this.#tryingSince = null;
    this.#stopTimer();
    this.#set({ state: "online" });
    this.#options.onOpen();
  }

  #closed() {
    this.#tryingSince = null;
    this.#options.onClosed();
    if (this.#status.state !== "ended") this.#schedule();
  }

  /** @param {Problem | undefined} problem the server's refusal; none when the server wasn't reached */
  #failed(problem) {
    this.#tryingSince = null;
    if (this.#status.state === "ended") return;
    // Refused on a line that is open: the library would believe for ever that it still is.
    if (this.#socket.connected) return void this.#socket.disconnect();
    if (problem?.code === "unauthenticated") return this.end("expired");
    if (["unsupported_version", "forbidden", "invalid"].includes(problem?.code ?? "")) return this.end("outdated");
    if (problem?.retry_after) this.#notBefore = this.#clock() + backoff.after(problem.retry_after, this.#random);
    this.#schedule(problem?.detail ?? problem?.title);
  }

  /**
   * @param {string} event
   * @param {any} fact
   */
  #heard(event, fact) {
    if (event !== "session_ended") return this.#options.onFact(event, fact);
    if (fact.reason === "server_closing") {
      this.#notBefore = this.#clock() + backoff.after(fact.retry_after ?? 1, this.#random);
      return;
    }
    this.end(fact.reason);
  }

  /** @param {string} [why] the server's own words, when it was the server that refused */
  #schedule(why) {
    this.#stopTimer();
    const now = this.#clock();
    const wait = Math.max(backoff.delay(this.#attempts, { base: 2000, floor: 1000, random: this.#random }), this.#notBefore - now);
    this.#attempts += 1;
    this.#timer = this.#timers.set(() => this.#try(), wait);
    const online = this.#options.isOnline?.() ?? true;
    this.#set(online ? { state: "reconnecting", retryAt: now + wait, why } : { state: "offline" });
  }

  #try() {
    this.#giveUp();
    if (this.#status.state === "reconnecting") this.#set({ state: "reconnecting", retryAt: null });
    this.#tryingSince = this.#clock();
    this.#timer = this.#timers.set(() => {
      this.#giveUp();
      this.#schedule();
    }, ATTEMPT.atMost);
    this.#socket.connect();
  }

  /** Ends an attempt that is on its way: a second one beside it would ask twice on one line, and be refused. */
  #giveUp() {
    this.#stopTimer();
    if (this.#tryingSince !== null) this.#socket.disconnect();
    this.#tryingSince = null;
  }

  #stopTimer() {
    if (this.#timer !== null) this.#timers.clear(this.#timer);
    this.#timer = null;
  }

  /** @param {Status} status */
  #set(status) {
    this.#status = status;
    this.#options.onStatus(status);
  }
}
