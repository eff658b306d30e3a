import assert from "node:assert/strict";
import { test } from "node:test";

import { Conversations } from "../../static/js/conversations.js";
import { ada, bob, eve, message, posted, room } from "./cast.js";

const NOW = Date.parse("2026-11-22T16:00:00.000Z");

function setUp(rooms = [room()]) {
  const drawn = [];
  const conversations = new Conversations(ada.id, (roomId, part) => drawn.push(`${roomId} ${part}`));
  conversations.setRooms(rooms, NOW);
  return { conversations, drawn };
}

function opened() {
  const { conversations, drawn } = setUp();
  conversations.timeline("garden").load([], { hasOlder: false });
  conversations.setMembers("garden", [member(ada, { online: true }), member(bob)]);
  return { conversations, drawn };
}

function member(user, extra = {}) {
  return { user, role: "member", joined_at: "2026-11-01T00:00:00.000Z", online: false, ...extra };
}

const titles = (conversations) => conversations.rooms.map((one) => one.title);

test("a message is put into its conversation, its room's last words, and the count of unread", () => {
  const { conversations } = opened();
  conversations.hear(posted(1));
  assert.equal(conversations.timeline("garden").size, 1);
  assert.equal(conversations.room("garden").last_message.text, "said 1");
  assert.equal(conversations.room("garden").unread, 1);
});

test("what was deleted before I saw it needs no reading", () => {
  const { conversations } = opened();
  conversations.hear(posted(1));
  conversations.hear(posted(2));
  const gone = message(2, bob, { version: 2, text: "", deleted_at: "2026-11-22T15:00:00.000Z" });
  conversations.hear({ type: "message_deleted", room_id: "garden", seq: 3, message: gone });
  assert.equal(conversations.unread, 1);
  assert.equal(conversations.room("garden").last_message.text, "said 1");
});

test("what I say myself is not unread", () => {
  const { conversations } = opened();
  conversations.hear(posted(1, ada));
  assert.equal(conversations.unread, 0);
});

test("the room that was spoken in last comes first", () => {
  const said = (id, at) => ({ ...message(1), room_id: id, created_at: at });
  const { conversations } = setUp([
    room({ id: "attic", title: "Attic", last_message: said("attic", "2026-11-22T15:00:00.000Z") }),
    room({ id: "new", title: "New" }),
    room({ id: "cellar", title: "Cellar", last_message: said("cellar", "2026-11-20T15:00:00.000Z") }),
  ]);
  assert.deepEqual(titles(conversations), ["Attic", "New", "Cellar"]);
  conversations.hear({ ...posted(2), room_id: "cellar", message: { ...said("cellar", "2026-11-22T15:30:00.000Z"), seq: 2 } });
  assert.deepEqual(titles(conversations), ["Cellar", "Attic", "New"]);
});

test("after a catch-up the server's counts hold, not those counted along the way", () => {
  const { conversations } = opened();
  conversations.apply({ room: room({ unread: 1, read_seq: 2, last_seq: 3 }), reset: false, facts: [posted(1), posted(2), posted(3)] }, NOW);
  assert.equal(conversations.room("garden").unread, 1);
  assert.equal(conversations.timeline("garden").size, 3);
});

test("a reset makes an opened conversation stale, and keeps what comes until the snapshot", () => {
  const { conversations, drawn } = opened();
  conversations.apply({ room: room({ last_seq: 300 }), reset: true, facts: [posted(301)] }, NOW);
  assert.ok(drawn.includes("garden stale"));
  conversations.timeline("garden").load([message(300)], { hasOlder: true });
  assert.equal(conversations.timeline("garden").size, 2);
});

test("a reset of a room that was never opened only renews its line in the list", () => {
  const { conversations, drawn } = setUp();
  conversations.apply({ room: room({ title: "Orchard" }), reset: true, facts: [] }, NOW);
  assert.ok(!drawn.includes("garden stale"));
  assert.deepEqual(titles(conversations), ["Orchard"]);
});

test("members come, go, change and are counted", () => {
  const { conversations } = opened();
  conversations.hear({ type: "member_joined", room_id: "garden", seq: 1, member: member(eve, { online: true }) });
  assert.equal(conversations.room("garden").member_count, 3);
  assert.deepEqual(conversations.members("garden").map((one) => one.user.id), ["ada", "eve", "bob"]);
  conversations.hear({ type: "member_changed", room_id: "garden", seq: 2, member: member(eve, { role: "moderator" }) });
  assert.equal(conversations.member("garden", "eve").role, "moderator");
  conversations.hear({ type: "member_left", room_id: "garden", seq: 3, member: member(eve) });
  assert.equal(conversations.room("garden").member_count, 2);
});

test("my own role follows what is decided about me", () => {
  const { conversations } = opened();
  conversations.hear({ type: "member_changed", room_id: "garden", seq: 1, member: member(ada, { role: "owner" }) });
  assert.equal(conversations.room("garden").role, "owner");
});

test("when I am removed the room is gone", () => {
  const { conversations, drawn } = opened();
  conversations.hear({ type: "member_removed", room_id: "garden", seq: 1, member: member(ada) });
  assert.equal(conversations.room("garden"), undefined);
  assert.ok(drawn.includes("garden gone"));
  conversations.hear(posted(2));
  assert.equal(conversations.unread, 0);
});

test("who was removed and let back in before the catch-up is in the room", () => {
  const { conversations, drawn } = opened();
  const removed = { type: "member_removed", room_id: "garden", seq: 1, member: member(ada), banned: false };
  const back = { type: "member_joined", room_id: "garden", seq: 2, member: member(ada) };
  conversations.apply({ room: room({ last_seq: 3, member_count: 2 }), reset: false, facts: [removed, back, posted(3)] }, NOW);
  assert.ok(!drawn.includes("garden gone"));
  assert.equal(conversations.room("garden").member_count, 2);
  assert.equal(conversations.timeline("garden").size, 1);
  conversations.apply({ room: room({ last_seq: 3 }), reset: false, facts: [{ ...removed, seq: 4 }] }, NOW);
  assert.ok(drawn.includes("garden gone"), "what came after the answer is told as it happens");
});

test("a new title is everywhere at once", () => {
  const { conversations } = opened();
  conversations.hear({ type: "room_changed", room_id: "garden", seq: 1, room: { title: "Orchard" } });
  assert.deepEqual(titles(conversations), ["Orchard"]);
});

test("presence moves people up and down, and strangers nowhere", () => {
  const { conversations } = opened();
  conversations.presence({ room_id: "garden", online: ["bob", "nobody"], offline: ["ada"] });
  assert.deepEqual(conversations.members("garden").map((one) => [one.user.id, one.online]), [["bob", true], ["ada", false]]);
});

test("typing ends when the message is there", () => {
  const { conversations } = opened();
  conversations.typing({ room_id: "garden", user: bob, typing: true }, 0);
  assert.equal(conversations.typists("garden").current(1).length, 1);
  conversations.hear(posted(1, bob));
  assert.equal(conversations.typists("garden").current(1).length, 0);
});

test("reading on another device counts here, and late answers never unread anything", () => {
  const { conversations } = setUp([room({ unread: 5 })]);
  conversations.read("garden", { read_seq: 9, unread: 0, mentions: 0 });
  conversations.read("garden", { read_seq: 4, unread: 3, mentions: 0 });
  assert.equal(conversations.unread, 0);
});

test("facts of a kind not known yet change nothing and break nothing", () => {
  const { conversations } = opened();
  conversations.hear({ type: "tea_served", room_id: "garden", seq: 1 });
  assert.equal(conversations.room("garden").last_seq, 1);
});

function calling() {
  const conversations = new Conversations(ada.id, () => {}, (said) => said.text.includes("@ada"));
  conversations.setRooms([room()], NOW);
  conversations.timeline("garden").load([], { hasOlder: false });
  conversations.setMembers("garden", [member(ada), member(bob)]);
  return conversations;
}

/** What happened to one message, as the log tells it. */
function told(type, seq, of, extra) {
  return { type, room_id: "garden", seq, message: message(of, bob, { version: seq, ...extra }) };
}

test("any fact that is applied twice changes nothing", () => {
  const gone = { text: "", deleted_at: "2026-11-22T16:00:00.000Z" };
  const reactions = [{ emoji: "👍", count: 1, user_ids: ["eve"] }];
  const facts = [
    posted(1, bob, { text: "hi @ada" }),
    posted(2, bob),
    told("message_edited", 3, 2, { text: "now @ada", edited_at: "2026-11-22T15:00:00.000Z" }),
    told("message_reacted", 4, 1, { text: "hi @ada", reactions }),
    told("message_pinned", 5, 1, { text: "hi @ada", reactions, pinned: true }),
    told("message_deleted", 6, 2, gone),
    { type: "member_joined", room_id: "garden", seq: 7, member: member(eve) },
    { type: "a_fact_of_the_future", room_id: "garden", seq: 8 },
  ];
  const state = (conversations) => JSON.stringify([conversations.room("garden"), conversations.timeline("garden").messages, conversations.members("garden")]);
  const once = calling();
  const twice = calling();
  for (const [index, fact] of facts.entries()) {
    once.hear(structuredClone(fact));
    for (const again of [...facts.slice(0, index + 1), fact]) twice.hear(structuredClone(again));
    assert.equal(state(twice), state(once), fact.type);
  }
  assert.deepEqual([once.room("garden").unread, once.room("garden").mentions], [1, 1]);
  assert.equal(once.timeline("garden").find(1).pinned, true);
});

test("mentions are counted apart: said, edited in, edited out, deleted, and read", () => {
  const conversations = calling();
  const count = () => [conversations.room("garden").unread, conversations.mentions];
  conversations.hear(posted(1, bob, { text: "hi @ada" }));
  conversations.hear(posted(2, bob));
  assert.deepEqual(count(), [2, 1]);
  conversations.hear(told("message_edited", 3, 2, { text: "and @ada" }));
  assert.deepEqual(count(), [2, 2]);
  conversations.hear(told("message_edited", 4, 1, { text: "hi all" }));
  assert.deepEqual(count(), [2, 1]);
  conversations.hear(told("message_deleted", 5, 2, { text: "", deleted_at: "2026-11-22T16:00:00.000Z" }));
  assert.deepEqual(count(), [1, 0]);
  conversations.hear(posted(6, bob, { text: "@ada" }));
  conversations.read("garden", { read_seq: 6, unread: 0, mentions: 0 });
  assert.deepEqual(count(), [0, 0]);
});

test("reading goes back by my own wish only", () => {
  const { conversations } = opened();
  conversations.read("garden", { read_seq: 9, unread: 0, mentions: 0 });
  conversations.read("garden", { read_seq: 4, unread: 5, mentions: 0 });
  assert.equal(conversations.room("garden").read_seq, 9);
  conversations.read("garden", { read_seq: 4, unread: 5, mentions: 1, back: true });
  assert.deepEqual([conversations.room("garden").read_seq, conversations.room("garden").unread], [4, 5]);
});
