/** The room's page: makes the parts and ties them together. What each of them does is written in its own module. */

// @ts-ignore -- the browser finds it here; the types come from the package itself.
import { io } from "/static/vendor/socket.io.esm.min.js";

import { Api } from "../api.js";
import { aloud } from "../components/aloud.js";
import { Banner } from "../components/banner.js";
import { Beginning } from "../components/beginning.js";
import { Composer } from "../components/composer.js";
import { ConnectionDialog } from "../components/connection_dialog.js";
import { CopyButton } from "../components/copy_button.js";
import * as gone from "../components/gone.js";
import { InviteDialog } from "../components/invite_dialog.js";
import { MemberList } from "../components/member_list.js";
import { MessageList } from "../components/message_list.js";
import { Panels } from "../components/panels.js";
import * as roomHead from "../components/room_head.js";
import { RoomList } from "../components/room_list.js";
import { RoomMenu } from "../components/room_menu.js";
import { TypingLine } from "../components/typing_line.js";
import { Connection } from "../connection.js";
import { Conversations } from "../conversations.js";
import { byId } from "../dom.js";
import { Drafts } from "../drafts.js";
import { Feed, HEADS_EVERY } from "../feed.js";
import { Frames } from "../frames.js";
import { Invites } from "../invites.js";
import * as mentions from "../mentions.js";
import { nonce } from "../nonce.js";
import { Notices } from "../notices.js";
import { Outbox } from "../outbox.js";
import * as outboxStore from "../outbox_store.js";
import { Past } from "../past.js";
import { Reading } from "../reading.js";
import * as snapshot from "../snapshot.js";
import { excerpt } from "../timeline.js";
import * as times from "../times.js";
import { Announcer } from "../typing.js";
import { Visits } from "../visits.js";
import { Commands } from "./room_commands.js";
import { RoomMessages } from "./room_messages.js";

/**
 * @typedef {import("../types").Fact} Fact
 * @typedef {import("../types").PageData} PageData
 * @typedef {import("../types").User} User
 */

/** How many messages are kept on the page for a reader who is at its end. */
const WINDOW = { above: 400, keep: 200 };

/** @type {PageData} */
const page = JSON.parse(byId("page").textContent ?? "");
const me = page.me;
let current = page.room.id;
/** Where I had got to when I opened the conversation: the line "New" stays there while I am in it. */
let newAfter = /** @type {number | null} */ (null);
/** On the way to the first unread message: what is on the screen meanwhile isn't what is being read. */
let seeking = false;
const api = new Api(page.csrf);
const storage = localStorageOrNull();
const drafts = new Drafts(storage, me.id);
const frames = /** @type {Frames<"rooms" | "room" | "timeline" | "members" | "typing">} */ (new Frames(draw));

/* What is known. */

const conversations = new Conversations(me.id, (roomId, part) => {
  if (part === "gone") return lost(roomId);
  if (part === "stale") void visits.renew(roomId, placeIn(roomId));
  else if (part === "room") frames.ask("rooms", "room");
  else if (roomId === current) frames.ask(part);
}, (message) => messages.callsMe(message));

const past = new Past({
  fetch: (roomId, where) => api.history(roomId, where),
  changed: (roomId) => roomId === current && frames.ask("timeline"),
});

const invites = new Invites(api, (roomId) => roomId === current && frames.ask("timeline"));
const visits = new Visits({ conversations, past, invites, members: (roomId) => api.members(roomId) });

/* The line, the catch-up, and what goes out. */

const socket = io("/chat", {
  autoConnect: false,
  reconnection: false,
  transports: ["websocket", "polling"],
  tryAllTransports: true,
  auth: { csrf: page.csrf },
});

const connection = new Connection({
  socket,
  isOnline: () => navigator.onLine,
  onStatus: (status) => {
    banner.draw(status);
    composer.close(status.state === "ended" ? "Log in to go on. What you write is kept." : "");
    document.documentElement.dataset.line = status.state;
  },
  onOpen: () => feed.connected(),
  onClosed: () => {
    feed.disconnected();
    outbox.setConnected(false);
    typingLine.clear();
  },
  onFact: heard,
});

const feed = new Feed({
  ask: (event, payload) => connection.ask(event, payload),
  onFact: (fact) => {
    confirmed(fact);
    conversations.hear(fact);
    notices.hear(fact);
  },
  onStep: (step) => {
    step.facts.forEach(confirmed);
    conversations.apply(step, Date.now());
  },
  onRemoved: (roomId) => conversations.remove(roomId),
  onCaughtUp: caughtUp,
  onSilent: () => connection.restart(),
});

const outbox = new Outbox({
  storage: outboxStore.open({ userId: me.id, tab: nonce() }),
  send: ({ room_id, nonce: name, text, reply_to }) =>
    connection.ask("post_message", { room_id, nonce: name, text, ...(reply_to && { reply_to: reply_to.id }) }),
  onAdopted: (item) => {
    conversations.timeline(item.room_id).write(item);
    frames.ask("timeline", "rooms");
  },
  onSent: (message) => {
    conversations.timeline(message.room_id).put(message);
    frames.ask("timeline", "rooms");
  },
  onFailed: (item) => {
    if (item.error) conversations.timeline(item.room_id).fail(item.nonce, item.error);
    frames.ask("timeline", "rooms");
    aloud("A message was not sent.");
  },
  onSignedOut: () => connection.end("expired"),
});

const reading = new Reading({
  tell: async ({ room_id, seq }) => {
    const ack = await connection.ask("set_read", { room_id, seq });
    if (ack.ok) conversations.read(room_id, ack.data);
    return ack.ok;
  },
});

const announcer = new Announcer((typing) => {
  connection.ask("set_typing", { room_id: current, typing }).catch(() => {});
});

/* What is seen. */

const banner = new Banner(byId("banner"), {
  onTryNow: () => connection.retryNow(),
  loginUrl: () => `/login?next=${encodeURIComponent(`/rooms/${current}`)}`,
  onReload: () => location.reload(),
});

const messageList = new MessageList(
  {
    log: byId("log"),
    rows: byId("rows"),
    older: byId("older"),
    newer: byId("newer"),
    jump: byId("jump"),
    jumpLabel: byId("jump-label"),
  },
  {
    onOlder: () => void past.older(current, conversations.timeline(current)),
    onNewer: () => void past.newer(current, conversations.timeline(current)),
    onLatest: () => void toLatest(),
    onSeen: seen,
  },
  {
    name: nameOf,
    onRetry: retry,
    onEdit: edit,
    onDiscard: discard,
    reader: (author) => messages.reader(author),
    get people() {
      return messages.people;
    },
    onQuote: (seq) => void jump(current, seq),
    onReact: (seq, emoji, on) => messages.react(seq, emoji, on),
    onUndo: (messageId) => messages.deeds.undo(messageId),
  },
);

const composer = new Composer(/** @type {HTMLFormElement} */ (byId("composer")), page.limits.message_text ?? 4000, {
  onSend: (text, task) => (task.kind === "edit" ? void change(task.message, text) : send(text, task.kind === "reply" ? task.message : null)),
  onCancel: () => writeNew(),
  onLast: () => {
    const last = conversations.timeline(current).lastMine;
    if (last) write("edit", last);
  },
  choices: (typed) => mentions.choices(typed, conversations.members(current), { me: me.id, mayCallAll: conversations.room(current)?.role !== "member" }),
  draw: (text) => messages.draw(text),
  line: (text) => messages.line(text),
  onInput: (text) => {
    drafts.keep(current, text);
    announcer.keystroke(text.trim() !== "", Date.now());
  },
});

const panels = new Panels(byId("room"), current, (place) => {
  if (place.room !== current) open(place.room);
  roomHead.drawMembersButton(panels.showsMembers);
  if (place.view === "members" && !panels.isWide) byId("close-members").focus({ preventScroll: true });
  if (place.view === "room") comfortablyFocus();
  messageList.look();
});

const messages = new RoomMessages({
  me,
  conversations,
  api,
  storage,
  write,
  markUnread,
  editSeconds: page.limits.edit_seconds ?? Infinity,
  current: () => current,
  ask: (event, payload) => connection.ask(event, payload),
  redraw: () => frames.ask("timeline", "rooms"),
  name: nameOf,
  jump: (roomId, seq) => void jump(roomId, seq),
});

const notices = new Notices({
  me: me.id,
  storage,
  isLookedAt: () => document.visibilityState === "visible" && document.hasFocus(),
  callsMe: (message) => messages.callsMe(message),
  line: (text) => messages.line(text),
  title: (roomId) => conversations.room(roomId)?.title ?? "Parlor",
  name: nameOf,
  onOpen: (roomId, seq) => void jump(roomId, seq),
});

const roomList = new RoomList(byId("room-list"), me.id, (roomId) => panels.toRoom(roomId), (text) => messages.line(text));
const memberList = new MemberList(me.id);
const typingLine = new TypingLine(byId("typing"));
const beginning = new Beginning(byId("beginning"), (button) => copiesLink(button));
const inviteDialog = new InviteDialog({
  fetch: (roomId) => invites.fetch(roomId),
  make: (roomId) => invites.make(roomId),
  rotate: (roomId) => invites.rotate(roomId),
  aloud,
});
const connectionDialog = new ConnectionDialog({ facts: lineFacts, measure, server: () => api.server(), aloud });
const roomMenu = new RoomMenu({
  room: () => conversations.room(current),
  onInvite: openInvite,
  onConnection: () => connectionDialog.open(),
  onPins: () => messages.openPins(),
  onKeys: () => commands.showKeys(),
  rename: (title) => api.rename(current, title),
  leave: leave,
});

const commands = new Commands({
  rooms: () => conversations.rooms.filter((room) => room.id !== current),
  goTo: (roomId) => panels.toRoom(roomId),
  actions: {
    mentions: () => messages.openMentions(),
    pins: () => messages.openPins(),
    invite: openInvite,
    members: () => panels.toggleMembers(),
    connection: () => connectionDialog.open(),
    newest: () => messageList.toEnd(),
  },
});

/** @param {Set<string>} parts */
function draw(parts) {
  const room = conversations.room(current);
  if (parts.has("rooms")) drawRooms();
  if (!room) return;
  if (parts.has("room")) roomMenu.draw(room);
  if (parts.has("room") || parts.has("members")) drawPeople(room);
  if (parts.has("timeline") || parts.has("room") || parts.has("members")) drawTimeline(room);
  if (parts.has("typing")) typingLine.draw(conversations.typists(current));
}

function drawRooms() {
  const { rooms, unread, mentions: called } = conversations;
  roomList.draw(rooms, current, (roomId) => conversations.pending(roomId));
  const elsewhere = rooms.some((room) => room.id !== current && room.unread > 0);
  roomHead.drawTab({ title: conversations.room(current)?.title ?? "Parlor", unread, mentions: called, elsewhere });
}

/** @param {import("../types").Room} room */
function drawPeople(room) {
  const members = conversations.members(room.id);
  memberList.draw(members);
  roomHead.draw(room, members.filter((member) => member.online).length);
}

/** @param {import("../types").Room} room */
function drawTimeline(room) {
  const timeline = conversations.timeline(room.id);
  if (messageList.isAtEnd) timeline.trim(WINDOW);
  const isStart = timeline.loaded && !timeline.hasOlder;
  const above = () => beginning.draw({ title: room.title, isStart, isEmpty: timeline.isEmpty, link: invites.url(room.id) });
  byId("log").setAttribute("aria-busy", String(!timeline.loaded));
  const rows = timeline.rows({ newAfter, seen: (message) => messages.guesses.seen(message) });
  const trouble = past.trouble(room.id);
  messageList.draw({ rows, read: room.read_seq, hasOlder: timeline.hasOlder, hasNewer: timeline.hasNewer, trouble, above });
  messages.settle();
  byId("first-unread").hidden = seeking || !isUnreadAbove();
}

/* What happens. */

/**
 * @param {string} event
 * @param {any} fact
 */
function heard(event, fact) {
  const now = Date.now();
  if (event === "typing_changed") return conversations.typing(fact, now);
  if (event === "presence_changed") return conversations.presence(fact);
  // Also backwards: on another device I marked something as unread.
  if (event === "read_changed") return conversations.read(fact.room_id, { ...fact, read_seq: fact.seq, back: true });
  if (event === "room_removed") return conversations.remove(fact.room_id);
  if (event === "room_added") {
    feed.track(fact.room, fact.room.last_seq);
    return conversations.add(fact.room, now);
  }
  if (typeof fact?.seq === "number" && typeof fact.room_id === "string") feed.hear({ type: event, ...fact });
}

/** @param {Fact} fact a message of mine in the log is a message that needs no sending */
function confirmed(fact) {
  if (fact.message?.author?.id === me.id) outbox.confirm(fact.room_id, fact.message.nonce);
}

function caughtUp() {
  for (const room of conversations.rooms) feed.track(room, room.last_seq);
  outbox.setConnected(true);
  void outbox.adopt();
  // Who came and went while the line was down was told to nobody here.
  if (feed.catchUps > 1) setTimeout(() => void visits.people(current), Math.random() * 2000);
  messageList.look();
}

/**
 * @param {string} text
 * @param {import("../types").Message | null} answered
 */
function send(text, answered) {
  const { id = "", seq = 0, author = null } = answered ?? {};
  const reply_to = answered ? { id, seq, author, excerpt: excerpt(answered.text) } : null;
  const item = { nonce: nonce(), room_id: current, text, reply_to, created_at: new Date().toISOString(), state: /** @type {const} */ ("waiting") };
  const timeline = conversations.timeline(current);
  timeline.write(item);
  outbox.add(item);
  announcer.sent();
  newAfter = null;
  reading.forget(current);
  frames.ask("timeline", "rooms");
  frames.now();
  messageList.toEnd();
}

/** @param {string} name */
function retry(name) {
  conversations.timeline(current).retry(name);
  outbox.retry(name);
  frames.ask("timeline", "rooms");
  composer.focus();
}

/** @param {string} name */
function discard(name) {
  conversations.timeline(current).discard(name);
  outbox.discard(name);
  frames.ask("timeline", "rooms");
  composer.focus();
}

/** Back into the box, to be changed and sent as something else. @param {string} name */
function edit(name) {
  const failed = conversations.timeline(current).pendingText(name);
  composer.text = [composer.text.trim(), failed].filter(Boolean).join("\n");
  drafts.keep(current, composer.text);
  discard(name);
}

/**
 * An answer to a message, or another text for it.
 *
 * @param {"reply" | "edit"} kind
 * @param {import("../types").Message} message
 */
function write(kind, message) {
  composer.task = { kind, message, name: nameOf(message.author) };
  composer.text = kind === "edit" ? message.text : drafts.read(current);
  composer.focus();
}

/** Something new again; what was begun before is there as it was. */
function writeNew() {
  composer.task = { kind: "new" };
  composer.text = drafts.read(current);
  composer.focus();
}

/**
 * @param {import("../types").Message} message
 * @param {string} text
 */
async function change(message, text) {
  writeNew();
  if (text === message.text) return;
  const done = await messages.deeds.edit(message, text);
  // Refused: what was written isn't lost, unless something else is being written by now.
  if (done || message.room_id !== current || !composer.isEmpty) return;
  write("edit", conversations.timeline(current).find(message.seq) ?? message);
  composer.text = text;
}

/**
 * To one message, wherever it is.
 *
 * @param {string} roomId
 * @param {number} seq
 */
async function jump(roomId, seq) {
  if (roomId !== current || !panels.showsRoom) panels.toRoom(roomId);
  frames.now();
  if (messageList.reveal(seq)) return;
  await past.around(roomId, conversations.timeline(roomId), seq);
  if (roomId !== current) return;
  frames.now();
  if (!messageList.reveal(seq)) messages.say("That message isn’t here any more.");
}

/** To the end, from where it isn't here: fetched once, and nobody is taken there who went elsewhere meanwhile. */
async function toLatest() {
  const roomId = current;
  const timeline = conversations.timeline(roomId);
  await past.latest(roomId, timeline);
  if (roomId !== current || timeline.hasNewer) return;
  // Before the list goes to its end: as long as it shows the former window, it would ask for the end again.
  frames.now();
  messageList.toEnd();
}

/** Whether the first message that I haven't read is above what is here. */
function isUnreadAbove() {
  const timeline = conversations.timeline(current);
  if (newAfter === null || !timeline.loaded || !timeline.hasOlder) return false;
  return (timeline.oldest ?? 0) > newAfter + 1;
}

/** To where I had got to: the line "New", with what came before it and after it. */
async function toFirstUnread() {
  const roomId = current;
  if (newAfter === null) return;
  seeking = true;
  await past.around(roomId, conversations.timeline(roomId), newAfter + 1);
  seeking = false;
  if (roomId !== current) return;
  messageList.begin();
  frames.ask("timeline");
  frames.now();
}

/**
 * @param {string} roomId
 * @param {number} seq the first that shall be unread
 */
async function markUnread(roomId, seq) {
  reading.away();
  reading.rewind(roomId, seq - 1);
  const ack = await connection.ask("set_read", { room_id: roomId, seq: seq - 1, back: true });
  if (!ack.ok) throw new Error(ack.error.detail ?? ack.error.title);
  conversations.read(roomId, { ...ack.data, back: true });
  newAfter = seq - 1;
  frames.ask("rooms", "timeline");
}

/** @param {number} seq */
function seen(seq) {
  const room = conversations.room(current);
  if (!room || seeking || document.visibilityState !== "visible" || !document.hasFocus() || !panels.showsRoom) return;
  if (room.unread > 0 || seq > room.read_seq) reading.seen(current, seq, room.read_seq);
}

/** @param {string} roomId */
function open(roomId) {
  announcer.stop();
  reading.away();
  current = roomId;
  const room = conversations.room(roomId);
  if (!room) return gone.show("this room");
  gone.hide();
  composer.task = { kind: "new" };
  composer.text = drafts.read(roomId);
  messageList.begin();
  typingLine.clear();
  newAfter = room.unread > 0 ? room.read_seq : null;
  seeking = false;
  reading.forget(roomId);
  visits.begin(roomId);
  if (room.unread > snapshot.PAGE || isUnreadAbove()) void toFirstUnread();
  frames.ask("rooms", "room", "timeline", "members", "typing");
  frames.now();
  aloud(room.title);
}

/** Where the reader is in a room, if that is worth keeping: not at its end. @param {string} roomId */
function placeIn(roomId) {
  return roomId === current && !messageList.isAtEnd ? messageList.place : null;
}

/** The room isn't mine any more. @param {string} roomId */
function lost(roomId) {
  feed.forget(roomId);
  past.forget(roomId);
  frames.ask("rooms");
  if (roomId === current) gone.show(roomHead.title());
}

async function leave() {
  await api.leave(current);
  conversations.remove(current);
  const next = conversations.rooms[0];
  if (next) panels.toRoom(next.id);
  else location.assign("/");
}

/* Small things. */

function openInvite() {
  const room = conversations.room(current);
  if (room) inviteDialog.open(room, invites.of(current));
}

/** @param {HTMLElement} button */
function copiesLink(button) {
  new CopyButton(button, () => invites.url(current), aloud, openInvite);
}

function lineFacts() {
  const { status, transport, lines } = connection;
  const { state } = status;
  const room = conversations.room(current);
  return {
    state,
    transport,
    room: current,
    epoch: room?.epoch ?? "",
    seq: feed.cursor(current) ?? 0,
    catchUps: feed.catchUps,
    holes: feed.holesHealed,
    reconnects: Math.max(0, lines - 1),
    waiting: outbox.waiting,
  };
}

/** The way there and back of a real question, in milliseconds; null without an answer. */
async function measure() {
  const asked = performance.now();
  const ack = await connection.ask("heads", feed.heads()).catch(() => null);
  return ack ? performance.now() - asked : null;
}

/** @param {User | null} author */
function nameOf(author) {
  if (!author) return "Deleted member";
  return conversations.member(current, author.id)?.user.display_name ?? (author.display_name || me.display_name);
}

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
  // Where nothing is being written, the question mark asks for the keys.
  const nowhere = at === document.body || at === byId("log") || at === byId("main") || at?.matches(".message");
  if (!nowhere || document.querySelector("dialog[open], [popover]:popover-open")) return;
  if (event.key === "?") return commands.showKeys();
  composer.focus();
}

/** The tab is looked at again, or the machine woke up: is the line still there, and did I miss anything? */
function woke() {
  if (document.visibilityState !== "visible") return lookedAway();
  connection.retryNow();
  void feed.compare();
  messageList.look();
}

/** What comes from now on is new when the reader is back: the line "New" will stand above it. */
function lookedAway() {
  reading.away();
  const room = conversations.room(current);
  if (room) newAfter = Math.max(room.read_seq, messageList.seen);
}

/** Now and then: is anything missing here, and did another tab go and leave something unsent? */
function lookAround() {
  void feed.compare();
  void outbox.adopt();
}

function atMidnight() {
  frames.ask("timeline", "rooms");
  setTimeout(atMidnight, times.untilMidnight(Date.now()) + 1000);
}

/* Begin. */

const asked = Number(new URLSearchParams(location.search).get("m")) || null;
snapshot.load(page, { conversations, feed }, asked === null);
if (page.invite) invites.keep(current, page.invite);
newAfter = page.room.unread > 0 ? page.room.read_seq : null;
composer.text = drafts.read(current);
// Before anything is drawn: the newest, which came with the page, isn't what is going to be read.
seeking = asked === null && page.room.unread > snapshot.PAGE;
frames.ask("rooms", "room", "timeline", "members");
frames.now();
if (asked) messageList.reveal(asked);
else if (seeking) void toFirstUnread();
roomHead.drawMembersButton(panels.showsMembers);
comfortablyFocus();

connection.open();
void outbox.adopt();
setInterval(lookAround, HEADS_EVERY);
setTimeout(atMidnight, times.untilMidnight(Date.now()) + 1000);
document.addEventListener("visibilitychange", woke);
document.addEventListener("keydown", typedAnywhere);
addEventListener("focus", () => messageList.look());
addEventListener("blur", lookedAway);
addEventListener("online", () => connection.retryNow());
addEventListener("offline", () => connection.suspectOffline());
addEventListener("pageshow", (event) => event.persisted && woke());
byId("to-rooms").addEventListener("click", () => panels.toRooms());
byId("to-members").addEventListener("click", () => panels.toggleMembers());
byId("close-members").addEventListener("click", () => panels.leaveMembers());
byId("first-unread").addEventListener("click", () => void toFirstUnread());
byId("open-palette").addEventListener("click", () => commands.toggle());
byId("open-mentions").addEventListener("click", () => messages.openMentions());
byId("bring-someone").addEventListener("click", openInvite);
copiesLink(byId("copy-link"));
