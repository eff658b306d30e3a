// Whether one may speak, and if not until when: as the server has it, without asking it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Conversations } from "../../static/js/conversations.js";
import * as speech from "../../static/js/speech.js";
import { ada, bob, message, posted, room } from "./cast.js";

const NOON = Date.parse("2026-11-22T12:00:00.000Z");
const at = (seconds) => new Date(NOON + seconds * 1000).toISOString();

test("who is muted may not speak until then, whatever they are", () => {
  const garden = room({ role: "moderator", muted_until: at(60) });
  assert.deepEqual(speech.held(garden, { now: NOON, pending: false }), { kind: "muted", until: NOON + 60_000 });
  assert.equal(speech.held(garden, { now: NOON + 60_000, pending: false }), null);
});

test("slow mode holds members, and nobody who looks after the room", () => {
  const garden = room({ slow_seconds: 30, slow_until: at(10) });
  assert.deepEqual(speech.held(garden, { now: NOON, pending: false }), { kind: "slow", until: NOON + 10_000 });
  assert.equal(speech.held({ ...garden, role: "owner" }, { now: NOON, pending: true }), null);
  assert.equal(speech.held(garden, { now: NOON + 10_000, pending: false }), null);
});

test("in slow mode nothing follows what is on its way", () => {
  const garden = room({ slow_seconds: 30, slow_until: null });
  assert.deepEqual(speech.held(garden, { now: NOON, pending: true }), { kind: "slow", until: null });
  assert.equal(speech.held(room({ slow_seconds: 0 }), { now: NOON, pending: true }), null);
});

test("the pause begins with what I say, here or elsewhere, and with nothing that others say", () => {
  const conversations = opened({ slow_seconds: 30 });
  conversations.hear(posted(1, bob));
  assert.equal(conversations.room("garden").slow_until, null);
  conversations.hear(posted(2, ada));
  assert.equal(conversations.room("garden").slow_until, at(32));
  conversations.sent(message(3, ada));
  assert.equal(conversations.room("garden").slow_until, at(33));
});

test("another pause moves its end, and none ends it", () => {
  const conversations = opened({ slow_seconds: 30 });
  conversations.hear(posted(1, ada));
  conversations.hear({ type: "room_changed", room_id: "garden", seq: 2, at: at(2), room: { slow_seconds: 90 } });
  assert.equal(conversations.room("garden").slow_until, at(91));
  conversations.hear({ type: "room_changed", room_id: "garden", seq: 3, at: at(3), room: { title: "Orchard" } });
  assert.equal(conversations.room("garden").slow_until, at(91));
  conversations.hear({ type: "room_changed", room_id: "garden", seq: 4, at: at(4), room: { slow_seconds: 0 } });
  assert.equal(conversations.room("garden").slow_until, null);
});

test("a refusal tells since when one waits, where slow mode is why", () => {
  const conversations = opened({ slow_seconds: 30 });
  conversations.wait("garden", NOON + 5000);
  assert.equal(conversations.room("garden").slow_until, at(5));
  const quick = opened({ slow_seconds: 0 });
  quick.wait("garden", NOON + 5000);
  assert.equal(quick.room("garden").slow_until, null);
});

test("a span is said shortly", () => {
  assert.deepEqual([5, 99, 120, 600, 7200].map(speech.span), ["5 s", "99 s", "2 min", "10 min", "2 h"]);
});

function opened(extra) {
  const conversations = new Conversations("ada", () => {});
  conversations.setRooms([room({ slow_until: null, ...extra })], NOON);
  return conversations;
}
