/** The room's page: makes the parts and ties them together. What each of them does is written in its own module. */

import { Api } from "../api.js";
import { aloud } from "../components/aloud.js";
import { ConnectionDialog } from "../components/connection_dialog.js";
import { Panels } from "../components/panels.js";
import * as roomHead from "../components/room_head.js";
import { RoomMenu } from "../components/room_menu.js";
import { Conversations } from "../conversations.js";
import { byId } from "../dom.js";
import { HEADS_EVERY } from "../feed.js";
import { Frames } from "../frames.js";
import { Invites } from "../invites.js";
import { Notices } from "../notices.js";
import { Past } from "../past.js";
import * as snapshot from "../snapshot.js";
import * as times from "../times.js";
import { Visits } from "../visits.js";
import { Commands } from "./room_commands.js";
import { Line } from "./room_line.js";
import { Overseeing } from "./room_oversight.js";
import { RoomMessages } from "./room_messages.js";
import { askedFor, Place } from "./room_place.js";
import { View } from "./room_view.js";
import { Writing } from "./room_writing.js";

/**
 * By this the parts find one another. Each is made once, before any of them acts.
 *
 * @typedef {object} Parts
 * @property {import("../types").PageData} page
 * @property {import("../types").User} me
 * @property {Storage | null} storage
 * @property {Api} api
 * @property {Frames<"rooms" | "room" | "timeline" | "members" | "typing">} frames what has to be drawn again
 * @property {Conversations} conversations what is known
 * @property {Past} past
 * @property {Invites} invites
 * @property {Visits} visits
 * @property {Notices} notices
 * @property {Place} place where the reader is
 * @property {Line} line
 * @property {View} view
 * @property {Writing} writing
 * @property {Overseeing} overseeing
 * @property {RoomMessages} messages what is done with single ones
 * @property {Panels} panels
 * @property {RoomMenu} roomMenu
 */

const parts = /** @type {Parts} */ ({});
parts.page = JSON.parse(byId("page").textContent ?? "");
parts.me = parts.page.me;
parts.storage = localStorageOrNull();
parts.api = new Api(parts.page.csrf);
parts.frames = new Frames((changed) => parts.view.draw(changed));
parts.place = new Place(parts);
const { page, me, storage, api, frames, place } = parts;

/* What is known. */

const conversations = new Conversations(me.id, (roomId, part, why) => {
  if (part === "gone") return place.lost(roomId, why);
  if (part === "role") return parts.overseeing.look(roomId);
  if (part === "stale") void parts.visits.renew(roomId, place.in(roomId));
  else if (part === "room") {
    frames.ask("rooms", "room");
    place.found(roomId);
  }
  else if (roomId === place.current) frames.ask(part);
}, (message) => parts.messages.surelyCallsMe(message), (roomId) => parts.line.recount.doubt(roomId));
const past = new Past({
  fetch: (roomId, where) => api.history(roomId, where),
  changed: (roomId) => roomId === place.current && frames.ask("timeline"),
});
const invites = new Invites(api, (roomId) => roomId === place.current && frames.ask("timeline"));
const visits = new Visits({ conversations, past, invites, members: (roomId) => api.members(roomId) });
const notices = new Notices({
  me: me.id,
  storage,
  isLookedAt: () => document.visibilityState === "visible" && document.hasFocus(),
  callsMe: (message) => parts.messages.callsMe(message),
  level: (roomId) => conversations.room(roomId)?.level ?? "everything",
  line: (text) => parts.messages.line(text),
  title: (roomId) => conversations.room(roomId)?.title ?? "Parlor",
  name: (author) => parts.view.name(author),
  onOpen: (roomId, seq) => void place.jump(roomId, seq),
});
Object.assign(parts, { conversations, past, invites, visits, notices });

/* What is done with it. */

parts.line = new Line(parts);
parts.view = new View(parts);
parts.writing = new Writing(parts);
parts.overseeing = new Overseeing(parts);
const { line, view, writing } = parts;
const { connection, feed, outbox } = line;
const { composer } = writing;
const { messageList } = view;

const panels = new Panels(byId("room"), place.current, (to) => {
  if (to.room !== place.current) place.open(to.room);
  roomHead.drawMembersButton(panels.showsMembers);
  if (to.view === "members" && !panels.isWide) byId("close-members").focus({ preventScroll: true });
  if (to.view === "room") comfortablyFocus();
  messageList.look();
});
const messages = new RoomMessages({
  me,
  conversations,
  api,
  storage,
  write: (kind, message) => writing.write(kind, message),
  markUnread: (roomId, seq) => place.markUnread(roomId, seq),
  editSeconds: page.limits.edit_seconds ?? Infinity,
  current: () => place.current,
  ask: (event, payload) => connection.ask(event, payload),
  redraw: () => frames.ask("timeline", "rooms"),
  name: (author) => view.name(author),
  jump: (roomId, seq) => void place.jump(roomId, seq),
  report: (messageId, reason) => api.report(messageId, reason),
});
const connectionDialog = new ConnectionDialog({
  facts: () => line.facts(),
  measure: () => line.measure(),
  server: () => api.server(),
  aloud,
});
const roomMenu = new RoomMenu({
  room: () => conversations.room(place.current),
  onInvite: () => view.openInvite(),
  onConnection: () => connectionDialog.open(),
  onPins: () => messages.openPins(),
  onKeys: () => commands.showKeys(),
  rename: (title) => api.rename(place.current, title),
  leave: () => place.leave(),
});
const commands = new Commands({
  rooms: () => conversations.rooms.filter((room) => room.id !== place.current),
  mentions: () => conversations.mentions,
  goTo: (roomId) => panels.toRoom(roomId),
  actions: {
    pins: () => messages.openPins(),
    invite: () => view.openInvite(),
    members: () => panels.toggleMembers(),
    connection: () => connectionDialog.open(),
    newest: () => messageList.toEnd(),
  },
});
Object.assign(parts, { panels, messages, roomMenu });

/* Small things. */

/** Writing may begin at once where that doesn't raise a keyboard over half the screen. */
function comfortablyFocus() {
  if (matchMedia("(hover: hover) and (pointer: fine)").matches && !document.querySelector("dialog[open]")) composer.focus();
}

function localStorageOrNull() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** Whoever begins to type means the message, wherever the focus was left. @param {KeyboardEvent} event */
function typedAnywhere(event) {
  if (event.key === "Escape" && !document.querySelector("dialog[open], [popover]:popover-open")) panels.leaveMembers();
  if (event.key.length !== 1 || event.key === " " || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = document.activeElement;
  if (at?.matches("input, textarea, select") || document.querySelector("dialog[open], [popover]:popover-open")) return;
  // Where nothing is being written, the question mark asks for the keys.
  if (event.key === "?") return commands.showKeys();
  if (at === document.body || at === byId("log") || at === byId("main") || at?.matches(".message")) composer.focus();
}

/** The tab is looked at again, or the machine woke up: is the line still there, and did I miss anything? */
function woke() {
  if (document.visibilityState !== "visible") return place.lookedAway();
  connection.retryNow();
  void feed.compare();
  line.recountUnread();
  messageList.look();
}

function atMidnight() {
  frames.ask("timeline", "rooms");
  setTimeout(atMidnight, times.untilMidnight(Date.now()) + 1000);
}

/* Begin. */

snapshot.load(page, { conversations, feed });
if (page.invite) invites.keep(place.current, page.invite);
place.newAfter = page.room.unread > 0 ? page.room.read_seq : null;
writing.begin();
messageList.begin(askedFor());
frames.ask("rooms", "room", "timeline", "members");
frames.now();
place.sayIfMissing(askedFor());
roomHead.drawMembersButton(panels.showsMembers);
comfortablyFocus();

connection.open();
void outbox.adopt();
setInterval(() => line.lookAround(), HEADS_EVERY);
setTimeout(atMidnight, times.untilMidnight(Date.now()) + 1000);
document.addEventListener("visibilitychange", woke);
document.addEventListener("keydown", typedAnywhere);
addEventListener("focus", () => messageList.look());
addEventListener("blur", () => place.lookedAway());
addEventListener("online", () => connection.retryNow());
addEventListener("offline", () => connection.suspectOffline());
addEventListener("pageshow", (event) => event.persisted && woke());
byId("to-rooms").addEventListener("click", () => panels.toRooms());
byId("to-members").addEventListener("click", () => panels.toggleMembers());
byId("close-members").addEventListener("click", () => panels.leaveMembers());
byId("first-unread").addEventListener("click", () => void place.toFirstUnread());
byId("open-palette").addEventListener("click", () => commands.toggle());
byId("bring-someone").addEventListener("click", () => view.openInvite());
