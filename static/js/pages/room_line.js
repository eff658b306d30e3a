/** The part of the room's page that is about the line: what is heard on it, the catch-up, and what goes out. Wiring. */

// @ts-ignore -- the browser finds it here; the types come from the package itself.
import { io } from "/static/vendor/socket.io.esm.min.js";

import { aloud } from "../components/aloud.js";
import { Connection } from "../connection.js";
import { Feed } from "../feed.js";
import { nonce } from "../nonce.js";
import { Outbox } from "../outbox.js";
import * as outboxStore from "../outbox_store.js";
import { Reading } from "../reading.js";
import { Recount } from "../recount.js";
import { Announcer } from "../typing.js";

/**
 * @typedef {import("../types").Fact} Fact
 * @typedef {import("./room.js").Parts} Parts
 */

/** Of so many rooms it is asked at once, those where something was said last. */
const RECOUNTED = 10;

export class Line {
  #parts;
  /** @type {Connection} */
  connection;
  /** @type {Feed} */
  feed;
  /** @type {Outbox} */
  outbox;
  /** @type {Reading} */
  reading;
  /** @type {Recount} */
  recount;
  /** @type {Announcer} */
  announcer;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.connection = this.#makeConnection();
    this.feed = this.#makeFeed();
    this.outbox = this.#makeOutbox();
    this.reading = new Reading({ tell: ({ room_id, seq }) => this.#setRead(room_id, seq) });
    this.recount = new Recount({ ask: (roomId) => this.#count(roomId) });
    this.announcer = new Announcer((typing) => {
      this.connection.ask("set_typing", { room_id: parts.place.current, typing }).catch(() => {});
    });
  }

  /** What the dialog about the connection says. */
  facts() {
    const { conversations, place } = this.#parts;
    return {
      state: this.connection.status.state,
      transport: this.connection.transport,
      room: place.current,
      epoch: conversations.room(place.current)?.epoch ?? "",
      seq: this.feed.cursor(place.current) ?? 0,
      catchUps: this.feed.catchUps,
      holes: this.feed.holesHealed,
      reconnects: Math.max(0, this.connection.lines - 1),
      waiting: this.outbox.waiting,
    };
  }

  /** The way there and back of a real question, in milliseconds; null without an answer. */
  async measure() {
    const asked = performance.now();
    const ack = await this.connection.ask("heads", this.feed.heads()).catch(() => null);
    return ack ? performance.now() - asked : null;
  }

  /** The reader is back. What was read meanwhile on another device may not have been told here: nobody promises that. */
  recountUnread() {
    const unread = this.#parts.conversations.rooms.filter((room) => room.unread > 0);
    for (const room of unread.slice(0, RECOUNTED)) this.recount.doubt(room.id);
  }

  /** Now and then: is anything missing here, and did another tab go and leave something unsent? */
  lookAround() {
    void this.feed.compare();
    void this.outbox.adopt();
  }

  #makeConnection() {
    const { page } = this.#parts;
    return new Connection({
      socket: io("/chat", {
        autoConnect: false,
        reconnection: false,
        transports: ["websocket", "polling"],
        tryAllTransports: true,
        auth: { csrf: page.csrf },
      }),
      isOnline: () => navigator.onLine,
      onStatus: (status) => {
        this.#parts.view.banner.draw(status);
        this.#parts.writing.closeWhile(status.state === "ended");
        document.documentElement.dataset.line = status.state;
      },
      onOpen: () => this.feed.connected(),
      onClosed: () => {
        this.feed.disconnected();
        this.outbox.setConnected(false);
        this.#parts.view.typingLine.clear();
      },
      onFact: (event, fact) => this.#heard(event, fact),
    });
  }

  #makeFeed() {
    const { conversations, notices } = this.#parts;
    return new Feed({
      ask: (event, payload) => this.connection.ask(event, payload),
      onFact: (fact) => {
        this.#confirmed(fact);
        conversations.hear(fact);
        notices.hear(fact);
      },
      onStep: (step) => {
        for (const fact of step.facts) this.#confirmed(fact);
        conversations.apply(step, Date.now());
      },
      onRemoved: (roomId) => conversations.remove(roomId),
      onCaughtUp: ({ now }) => this.#caughtUp(Date.parse(now)),
      onSilent: () => this.connection.restart(),
    });
  }

  #makeOutbox() {
    const { me, conversations, frames } = this.#parts;
    return new Outbox({
      storage: outboxStore.open({ userId: me.id, tab: nonce() }),
      send: async ({ room_id, nonce: name, text, reply_to }) => {
        const ack = await this.connection.ask("post_message", { room_id, nonce: name, text, ...(reply_to && { reply_to: reply_to.id }) });
        if (!ack.ok && ack.error.code === "rate_limited") conversations.wait(room_id, this.#parts.writing.now + (ack.error.retry_after ?? 0) * 1000);
        return ack;
      },
      onAdopted: (item) => {
        conversations.timeline(item.room_id).write(item);
        frames.ask("timeline", "rooms");
      },
      onSent: (message) => {
        conversations.sent(message);
      },
      onFailed: (item) => {
        if (item.error) conversations.timeline(item.room_id).fail(item.nonce, item.error);
        frames.ask("timeline", "rooms");
        aloud("A message was not sent.");
      },
      onSignedOut: () => this.connection.end("expired"),
    });
  }

  /**
   * @param {string} event
   * @param {any} fact
   */
  #heard(event, fact) {
    const { conversations } = this.#parts;
    const now = Date.now();
    if (event === "typing_changed") return conversations.typing(fact, now);
    if (event === "presence_changed") return conversations.presence(fact);
    if (event === "read_changed") return void this.#readElsewhere(fact);
    if (event === "level_changed") return conversations.setLevel(fact.room_id, fact.level);
    if (event === "room_removed") return conversations.remove(fact.room_id, fact.reason);
    if (this.#parts.overseeing.hear(event, fact)) return;
    if (event === "room_added") {
      this.feed.track(fact.room, fact.room.last_seq);
      return conversations.add(fact.room, now);
    }
    if (typeof fact?.seq === "number" && typeof fact.room_id === "string") this.feed.hear({ type: event, ...fact });
  }

  /** @param {Fact} fact a message of mine in the log is a message that needs no sending */
  #confirmed(fact) {
    if (fact.message?.author?.id === this.#parts.me.id) this.outbox.confirm(fact.room_id, fact.message.nonce);
  }

  /**
   * Another device of mine has read on, or marked something as unread. Told by another process, a place may also come
   * late, when I had read on from there: only the server knows.
   *
   * @param {{room_id: string, seq: number, unread: number, mentions: number, last_seq: number}} fact
   */
  async #readElsewhere({ room_id, seq, ...counts }) {
    const { conversations, place } = this.#parts;
    const before = conversations.room(room_id)?.read_seq ?? 0;
    conversations.read(room_id, { ...counts, read_seq: seq, back: true });
    if (seq >= before) return;
    const counted = await this.#count(room_id).catch(() => false);
    if (counted && conversations.room(room_id)?.read_seq === seq) place.unreadAfter(room_id, seq);
  }

  /** Have the server count what is unread. Nobody read up to nothing, so no place moves. @param {string} roomId */
  #count(roomId) {
    return this.#setRead(roomId, 0);
  }

  /**
   * @param {string} roomId
   * @param {number} seq
   */
  async #setRead(roomId, seq) {
    const ack = await this.connection.ask("set_read", { room_id: roomId, seq });
    if (ack.ok) this.#parts.conversations.read(roomId, ack.data);
    return ack.ok;
  }

  /** @param {number} now what the server's clock says */
  #caughtUp(now) {
    const { conversations, overseeing, place, view, visits, writing } = this.#parts;
    writing.setClock(now);
    for (const room of conversations.rooms) this.feed.track(room, room.last_seq);
    this.outbox.setConnected(true);
    void this.outbox.adopt();
    // Who came and went while the line was down, or the page on its way, was told to nobody here.
    setTimeout(() => void visits.people(place.current), Math.random() * 2000);
    setTimeout(() => overseeing.lookAround(), this.feed.catchUps > 1 ? Math.random() * 2000 : 0);
    view.messageList.look();
  }
}
