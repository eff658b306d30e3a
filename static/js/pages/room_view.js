/** The part of the room's page that is about what is seen: the pieces, and which of them is drawn again when. Wiring. */

import { aloud } from "../components/aloud.js";
import { Banner } from "../components/banner.js";
import { Beginning } from "../components/beginning.js";
import { CopyButton } from "../components/copy_button.js";
import { InviteDialog } from "../components/invite_dialog.js";
import { MemberList } from "../components/member_list.js";
import { MessageList } from "../components/message_list.js";
import * as roomHead from "../components/room_head.js";
import { RoomList } from "../components/room_list.js";
import { TypingLine } from "../components/typing_line.js";
import { byId } from "../dom.js";

/**
 * @typedef {import("../types").Room} Room
 * @typedef {import("../types").User} User
 * @typedef {import("./room.js").Parts} Parts
 */

/** How many messages are kept on the page for a reader who is at its end. */
const WINDOW = { above: 400, keep: 200 };

export class View {
  #parts;
  #roomList;
  #memberList;
  #beginning;
  #inviteDialog;
  /** @type {Banner} */
  banner;
  /** @type {MessageList} */
  messageList;
  typingLine = new TypingLine(byId("typing"));

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    const { me, invites } = parts;
    this.banner = new Banner(byId("banner"), {
      onTryNow: () => parts.line.connection.retryNow(),
      loginUrl: () => `/login?next=${encodeURIComponent(`/rooms/${parts.place.current}`)}`,
      onReload: () => location.reload(),
    });
    this.messageList = this.#makeMessageList();
    this.#roomList = new RoomList(byId("room-list"), me.id, (roomId) => parts.panels.toRoom(roomId), (text) => parts.messages.line(text));
    this.#memberList = new MemberList(me.id, (member, anchor) => parts.overseeing.openMenu(member, anchor));
    this.#beginning = new Beginning(byId("beginning"), (button) => this.#copiesLink(button));
    this.#inviteDialog = new InviteDialog({
      fetch: (roomId) => invites.fetch(roomId),
      make: (roomId) => invites.make(roomId),
      rotate: (roomId) => invites.rotate(roomId),
      aloud,
    });
    this.#copiesLink(byId("copy-link"));
  }

  /** @param {Set<string>} changed the parts to draw */
  draw(changed) {
    const { conversations, overseeing, place, roomMenu, writing } = this.#parts;
    const room = conversations.room(place.current);
    if (changed.has("rooms")) this.#drawRooms();
    if (!room) return;
    if (changed.has("room")) {
      roomMenu.draw(room);
      overseeing.draw();
    }
    if (changed.has("room") || changed.has("timeline")) writing.settle();
    if (changed.has("room") || changed.has("members")) this.#drawPeople(room);
    if (changed.has("timeline") || changed.has("room") || changed.has("members")) this.#drawTimeline(room);
    if (changed.has("typing")) this.typingLine.draw(conversations.typists(place.current));
  }

  /** What somebody is called here. @param {User | null} author */
  name(author) {
    const { conversations, me, place } = this.#parts;
    if (!author) return "Deleted member";
    return conversations.member(place.current, author.id)?.user.display_name ?? (author.display_name || me.display_name);
  }

  openInvite() {
    const { conversations, invites, place } = this.#parts;
    const room = conversations.room(place.current);
    if (room) this.#inviteDialog.open(room, invites.of(place.current));
  }

  #makeMessageList() {
    const { conversations, past, place } = this.#parts;
    return new MessageList(
      {
        log: byId("log"),
        rows: byId("rows"),
        older: byId("older"),
        newer: byId("newer"),
        jump: byId("jump"),
        jumpLabel: byId("jump-label"),
      },
      {
        onOlder: () => void past.older(place.current, conversations.timeline(place.current)),
        onNewer: () => void past.newer(place.current, conversations.timeline(place.current)),
        onLatest: () => void place.toLatest(),
        onSeen: (seq) => place.seen(seq),
      },
      this.#ways(),
    );
  }

  /** What can be done in a message. @returns {import("../components/message.js").Ways} */
  #ways() {
    const parts = this.#parts;
    return {
      name: (author) => this.name(author),
      onRetry: (name) => parts.writing.retry(name),
      onEdit: (name) => parts.writing.takeBack(name),
      onDiscard: (name) => parts.writing.discard(name),
      reader: (author) => parts.messages.reader(author),
      get people() {
        return parts.messages.people;
      },
      onQuote: (seq) => void parts.place.jump(parts.place.current, seq),
      onReact: (seq, emoji, on) => parts.messages.react(seq, emoji, on),
      onUndo: (messageId) => parts.messages.deeds.undo(messageId),
    };
  }

  #drawRooms() {
    const { conversations, overseeing, place } = this.#parts;
    const { rooms, unread, mentions } = conversations;
    this.#roomList.draw(rooms, place.current, (roomId) => conversations.pending(roomId), (roomId) => overseeing.waits(roomId));
    const waits = rooms.some((room) => room.id !== place.current && overseeing.waits(room.id) !== "");
    const elsewhere = waits || conversations.isCalledFromElsewhere(place.current);
    roomHead.drawTab({ title: conversations.room(place.current)?.title ?? "Parlor", unread, mentions, elsewhere });
  }

  /** @param {Room} room */
  #drawPeople(room) {
    const members = this.#parts.conversations.members(room.id);
    this.#memberList.draw(members, room.role);
    roomHead.draw(room, members.filter((member) => member.online).length);
  }

  /** @param {Room} room */
  #drawTimeline(room) {
    const { conversations, invites, messages, past, place } = this.#parts;
    const timeline = conversations.timeline(room.id);
    if (this.messageList.isAtEnd) timeline.trim(WINDOW);
    const isStart = timeline.loaded && !timeline.hasOlder;
    const above = () => this.#beginning.draw({ title: room.title, isStart, isEmpty: timeline.isEmpty, isWindow: room.from_seq > 0, link: invites.url(room.id) });
    byId("log").setAttribute("aria-busy", String(!timeline.loaded || place.seeking));
    // On the way to another part of the room, nobody is shown this one first.
    const isElsewhere = place.seeking && this.messageList.isFresh && past.trouble(room.id) === null;
    const rows = isElsewhere ? [] : timeline.rows({ newAfter: place.newAfter, seen: (message) => messages.guesses.seen(message) });
    const trouble = past.trouble(room.id);
    this.messageList.draw({ rows, read: room.read_seq, hasOlder: timeline.hasOlder, hasNewer: timeline.hasNewer, trouble, above });
    messages.settle();
    byId("first-unread").hidden = place.seeking || !place.isUnreadAbove();
  }

  /** @param {HTMLElement} button */
  #copiesLink(button) {
    const { invites, place } = this.#parts;
    new CopyButton(button, () => invites.url(place.current), aloud, () => this.openInvite());
  }
}
