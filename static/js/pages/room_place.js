/** The part of the room's page that is about where the reader is: in which room, and how far. Wiring. */

import { aloud } from "../components/aloud.js";
import * as gone from "../components/gone.js";
import * as roomHead from "../components/room_head.js";
import * as snapshot from "../snapshot.js";

/** @typedef {import("./room.js").Parts} Parts */

export class Place {
  #parts;
  /** The id of the open room. */
  current;
  /**
   * Where I had got to when I opened the conversation: the line "New" stays there while I am in it.
   *
   * @type {number | null}
   */
  newAfter = null;
  /** On the way to the first unread message: what is on the screen meanwhile isn't what is being read. */
  seeking = false;
  /** Led to a message past some that I haven't read: until I am at their beginning or at the end, nothing is read. */
  #aside = false;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.current = parts.page.room.id;
    this.#aside = askedFor() !== null;
  }

  /** @param {string} roomId */
  open(roomId) {
    const { conversations, frames, line, overseeing, view, visits, writing } = this.#parts;
    line.announcer.stop();
    line.reading.away();
    this.current = roomId;
    const room = conversations.room(roomId);
    if (!room) return gone.show("this room");
    gone.hide();
    writing.begin();
    const asked = askedFor();
    view.messageList.begin(asked);
    view.typingLine.clear();
    this.newAfter = room.unread > 0 ? room.read_seq : null;
    line.reading.forget(roomId);
    overseeing.look(roomId);
    const elsewhere = this.#elsewhere(room, asked);
    this.seeking = elsewhere !== null;
    this.#aside = asked !== null;
    void visits.begin(roomId, elsewhere).then(() => this.#arrived(roomId));
    frames.ask("rooms", "room", "timeline", "members", "typing");
    frames.now();
    aloud(room.title);
  }

  /**
   * The seq to begin at, when what is here of a room is another part of it: nothing is drawn before that has come.
   *
   * @param {import("../types").Room} room
   * @param {number | null} asked
   */
  #elsewhere(room, asked) {
    const { conversations } = this.#parts;
    if (asked !== null) return conversations.timeline(room.id).find(asked) ? null : asked;
    const isAbove = conversations.isOpened(room.id) ? this.isUnreadAbove() : room.unread > snapshot.PAGE;
    return isAbove && this.newAfter !== null ? this.newAfter + 1 : null;
  }

  /** @param {string} roomId */
  #arrived(roomId) {
    if (roomId !== this.current || !this.seeking) return;
    const { frames, view } = this.#parts;
    this.seeking = false;
    // While it couldn't be fetched, what there was was shown.
    if (!view.messageList.isFresh) view.messageList.begin(askedFor());
    frames.ask("timeline");
    frames.now();
    this.sayIfMissing(askedFor());
  }

  /**
   * To one message, wherever it is.
   *
   * @param {string} roomId
   * @param {number} seq
   */
  async jump(roomId, seq) {
    const { conversations, frames, panels, past, view } = this.#parts;
    if (roomId !== this.current) return panels.toRoom(roomId, seq);
    if (!panels.showsRoom) panels.toRoom(roomId);
    frames.now();
    this.#aside = true;
    if (view.messageList.reveal(seq)) return;
    const timeline = conversations.timeline(roomId);
    await past.around(roomId, timeline, seq);
    if (roomId !== this.current) return;
    view.messageList.begin(seq);
    frames.ask("timeline");
    frames.now();
    this.sayIfMissing(seq);
  }

  /**
   * A link to a message may be older than its reader's time in the room, or mistyped.
   *
   * @param {number | null} asked
   */
  sayIfMissing(asked) {
    const { conversations, messages } = this.#parts;
    if (asked !== null && !conversations.timeline(this.current).find(asked)) messages.say("That message isn’t here.");
  }

  /** To the end, from where it isn't here: fetched once, and nobody is taken there who went elsewhere meanwhile. */
  async toLatest() {
    const { conversations, frames, past, view } = this.#parts;
    const roomId = this.current;
    const timeline = conversations.timeline(roomId);
    await past.latest(roomId, timeline);
    if (roomId !== this.current || timeline.hasNewer) return;
    // Before the list goes to its end: as long as it shows the former window, it would ask for the end again.
    frames.now();
    view.messageList.toEnd();
  }

  /** Whether the first message that I haven't read is above what is here. */
  isUnreadAbove() {
    const timeline = this.#parts.conversations.timeline(this.current);
    if (this.newAfter === null || !timeline.loaded || !timeline.hasOlder) return false;
    return (timeline.oldest ?? 0) > this.newAfter + 1;
  }

  /** To where I had got to: the line "New", with what came before it and after it. */
  async toFirstUnread() {
    const { conversations, frames, past, view } = this.#parts;
    const roomId = this.current;
    if (this.newAfter === null) return;
    this.seeking = true;
    await past.around(roomId, conversations.timeline(roomId), this.newAfter + 1);
    this.seeking = false;
    if (roomId !== this.current) return;
    view.messageList.begin();
    frames.ask("timeline");
    frames.now();
  }

  /**
   * @param {string} roomId
   * @param {number} seq the first that shall be unread
   */
  async markUnread(roomId, seq) {
    const { conversations, line } = this.#parts;
    this.#hold(roomId, seq - 1);
    const ack = await line.connection.ask("set_read", { room_id: roomId, seq: seq - 1, back: true });
    if (!ack.ok) throw new Error(ack.error.detail ?? ack.error.title);
    conversations.read(roomId, { ...ack.data, back: true });
    this.unreadAfter(roomId, seq - 1);
  }

  /**
   * By my own wish, here or on another device.
   *
   * @param {string} roomId
   * @param {number} seq
   */
  unreadAfter(roomId, seq) {
    this.#hold(roomId, seq);
    if (roomId === this.current) this.newAfter = seq;
    this.#parts.frames.ask("rooms", "timeline");
  }

  /**
   * What stands on the screen isn't read by that.
   *
   * @param {string} roomId
   * @param {number} seq
   */
  #hold(roomId, seq) {
    const { reading } = this.#parts.line;
    reading.away();
    reading.rewind(roomId, seq);
  }

  /** @param {number} seq */
  seen(seq) {
    const { conversations, line, panels } = this.#parts;
    const room = conversations.room(this.current);
    if (!room || this.seeking || document.visibilityState !== "visible" || !document.hasFocus() || !panels.showsRoom) return;
    if (this.#aside && this.#skips(room)) return;
    this.#aside = false;
    if (room.unread > 0 || seq > room.read_seq) line.reading.seen(this.current, seq, room.read_seq);
  }

  /** Whether something that I haven't read is above what is on the screen, and this isn't the end. @param {import("../types").Room} room */
  #skips(room) {
    const { conversations, me, view } = this.#parts;
    if (room.unread === 0 || view.messageList.isAtEnd) return false;
    const timeline = conversations.timeline(room.id);
    if (timeline.hasOlder && (timeline.oldest ?? 0) > room.read_seq + 1) return true;
    const first = timeline.messages.find(({ seq, author }) => seq > room.read_seq && author?.id !== me.id);
    return first !== undefined && first.seq < (view.messageList.place ?? 0);
  }

  /** What comes from now on is new when the reader is back: the line "New" will stand above it. */
  lookedAway() {
    const { conversations, line } = this.#parts;
    line.reading.away();
    const room = conversations.room(this.current);
    // What is on the screen of somebody who doesn't look isn't read: not the last seq that was there counts.
    if (room) this.newAfter = Math.max(room.read_seq, line.reading.told(this.current));
  }

  /** Where the reader is in a room, if that is worth keeping: not at its end. @param {string} roomId */
  in(roomId) {
    const { messageList } = this.#parts.view;
    return roomId === this.current && !messageList.isAtEnd ? messageList.place : null;
  }

  /**
   * The room isn't mine any more.
   *
   * @param {string} roomId
   * @param {import("../types").OutOfRoom} [why]
   */
  lost(roomId, why) {
    const { frames, line, overseeing, past } = this.#parts;
    overseeing.forget(roomId);
    line.feed.forget(roomId);
    past.forget(roomId);
    frames.ask("rooms");
    if (roomId === this.current) gone.show(roomHead.title(), why);
  }

  /** The room is mine, perhaps again: who was let back in while this stood open goes on. @param {string} roomId */
  found(roomId) {
    if (roomId === this.current && gone.isShown()) this.open(roomId);
  }

  async leave() {
    const { api, conversations, panels } = this.#parts;
    await api.leave(this.current);
    conversations.remove(this.current);
    const next = conversations.rooms[0];
    if (next) panels.toRoom(next.id);
    else location.assign("/");
  }
}

/** The message that the address asks for; null when it asks for none. */
export function askedFor() {
  const asked = new URLSearchParams(location.search).get("m") ?? "";
  return /^[1-9]\d{0,15}$/u.test(asked) ? Number(asked) : null;
}
