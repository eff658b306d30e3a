/** The part of the room's page that is about writing: the box, what is kept of it, and what becomes of it. Wiring. */

import { aloud } from "../components/aloud.js";
import { Composer } from "../components/composer.js";
import { byId } from "../dom.js";
import { Drafts } from "../drafts.js";
import * as speech from "../speech.js";
import * as times from "../times.js";
import * as mentions from "../mentions.js";
import { nonce } from "../nonce.js";
import { excerpt } from "../timeline.js";

/**
 * @typedef {import("../types").Message} Message
 * @typedef {import("./room.js").Parts} Parts
 */

export class Writing {
  #parts;
  #drafts;
  /** How far the server's clock is ahead of this one, in milliseconds. */
  #ahead = 0;
  #timer = 0;
  /** Whether I was muted when that was last looked at. */
  #wasMuted = false;
  /** @type {Composer} */
  composer;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    const { me, page, conversations } = parts;
    this.#drafts = new Drafts(parts.storage, me.id);
    this.composer = new Composer(/** @type {HTMLFormElement} */ (byId("composer")), page.limits.message_text ?? 4000, {
      onSend: (text, task) =>
        task.kind === "edit" ? void this.#change(task.message, text) : this.#send(text, task.kind === "reply" ? task.message : null),
      onCancel: () => this.#writeNew(),
      onLast: () => void this.#editLast(),
      choices: (typed) =>
        mentions.choices(typed, conversations.members(this.#current), {
          me: me.id,
          mayCallAll: conversations.room(this.#current)?.role !== "member",
        }),
      draw: (text) => parts.messages.draw(text),
      line: (text) => parts.messages.line(text),
      onInput: (text) => {
        this.#drafts.keep(this.#current, text);
        if (this.#held?.kind !== "muted") parts.line.announcer.keystroke(text.trim() !== "", Date.now());
      },
    });
    this.setClock(Date.parse(page.now));
  }

  /** @param {number} now what the server's clock says */
  setClock(now) {
    this.#ahead = now - Date.now();
  }

  /** Whether I may speak right now, shown at the box; looked at again by itself when that will be another. */
  settle() {
    clearTimeout(this.#timer);
    const room = this.#parts.conversations.room(this.#current);
    if (!room) return;
    const held = this.#held;
    const left = held?.until ? held.until - this.now : 0;
    this.composer.hold(words(room, held, left));
    if (held?.kind === "muted" !== this.#wasMuted) {
      this.#wasMuted = held?.kind === "muted";
      aloud(this.#wasMuted ? "You are muted. You can read meanwhile." : "You can speak again.");
    }
    // Every second, or what a timer can hold; not a moment before it is over.
    if (held?.until) this.#timer = Number(setTimeout(() => this.settle(), Math.max(50, Math.min(left, left % 1000 || 1000))));
  }

  /** A room was opened: what was begun in it before is there as it was. */
  begin() {
    this.composer.task = { kind: "new" };
    this.composer.text = this.#drafts.read(this.#current);
    this.#wasMuted = this.#held?.kind === "muted";
    this.settle();
  }

  /** @param {boolean} ended whether the session is over */
  closeWhile(ended) {
    this.composer.close(ended ? "Log in to go on. What you write is kept." : "");
  }

  /**
   * An answer to a message, or another text for it.
   *
   * @param {"reply" | "edit"} kind
   * @param {Message} message
   */
  write(kind, message) {
    this.composer.task = { kind, message, name: this.#parts.view.name(message.author) };
    this.composer.text = kind === "edit" ? message.text : this.#drafts.read(this.#current);
    this.composer.focus();
  }

  /** @param {string} name the nonce of what failed */
  retry(name) {
    this.#timeline.retry(name);
    this.#parts.line.outbox.retry(name);
    this.#parts.frames.ask("timeline", "rooms");
    this.composer.focus();
  }

  /** @param {string} name the nonce of what failed */
  discard(name) {
    this.#timeline.discard(name);
    this.#parts.line.outbox.discard(name);
    this.#parts.frames.ask("timeline", "rooms");
    this.composer.focus();
  }

  /** Back into the box, to be changed and sent as something else. @param {string} name the nonce of what failed */
  takeBack(name) {
    const failed = this.#timeline.pendingText(name);
    this.composer.text = [this.composer.text.trim(), failed].filter(Boolean).join("\n");
    this.#drafts.keep(this.#current, this.composer.text);
    this.discard(name);
  }

  /** What the server's clock says, in milliseconds. */
  get now() {
    return Date.now() + this.#ahead;
  }

  get #held() {
    const room = this.#parts.conversations.room(this.#current);
    const pending = this.#parts.conversations.pending(this.#current)?.state === "waiting";
    return room ? speech.held(room, { now: this.now, pending }) : null;
  }

  get #current() {
    return this.#parts.place.current;
  }

  get #timeline() {
    return this.#parts.conversations.timeline(this.#current);
  }

  /**
   * @param {string} text
   * @param {Message | null} answered
   */
  #send(text, answered) {
    const { frames, line, place, view } = this.#parts;
    const { id = "", seq = 0, author = null } = answered ?? {};
    const reply_to = answered ? { id, seq, author, excerpt: excerpt(answered.text) } : null;
    const state = /** @type {const} */ ("waiting");
    const item = { nonce: nonce(), room_id: this.#current, text, reply_to, created_at: new Date().toISOString(), state };
    this.#timeline.write(item);
    line.outbox.add(item);
    line.announcer.sent();
    place.newAfter = null;
    line.reading.forget(this.#current);
    frames.ask("timeline", "rooms");
    frames.now();
    view.messageList.toEnd();
  }

  /** What I said last and can still change: fetched first where the reader is too far above it. */
  async #editLast() {
    const { messages, place } = this.#parts;
    const roomId = this.#current;
    if (this.#timeline.hasNewer) await place.toLatest();
    if (roomId !== this.#current || this.#timeline.hasNewer || !this.composer.isEmpty || this.composer.task.kind !== "new") return;
    const last = messages.lastEditable;
    if (last) this.write("edit", last);
  }

  /** Something new again; what was begun before is there as it was. */
  #writeNew() {
    this.begin();
    this.composer.focus();
  }

  /**
   * @param {Message} message
   * @param {string} text
   */
  async #change(message, text) {
    this.#writeNew();
    if (text === message.text) return;
    const done = await this.#parts.messages.deeds.edit(message, text);
    // Refused: what was written isn't lost, unless something else is being written by now.
    if (done || message.room_id !== this.#current || !this.composer.isEmpty) return;
    this.write("edit", this.#timeline.find(message.seq) ?? message);
    this.composer.text = text;
  }
}

/**
 * @param {import("../types").Room} room
 * @param {speech.Held | null} held
 * @param {number} left milliseconds until it is over
 * @returns {import("../components/composer.js").Hold | null}
 */
function words(room, held, left) {
  if (held?.kind === "muted") {
    const until = times.ahead(held.until ?? 0, Date.now());
    return { kind: "muted", why: `You are muted until ${until}. You can read meanwhile, and what you write is kept.`, left: "", closed: true, edits: false };
  }
  if (!speech.isSlowed(room)) return null;
  const why = `Slow mode: one message in ${speech.span(room.slow_seconds)}.`;
  return { kind: "slow", why, left: waits(held, left), closed: held !== null, edits: true };
}

/**
 * @param {speech.Held | null} held
 * @param {number} left milliseconds
 */
function waits(held, left) {
  if (!held) return "";
  return held.until ? `Yours in ${speech.span(Math.ceil(left / 1000))}` : "On its way";
}
