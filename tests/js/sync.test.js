import assert from "node:assert/strict";
import { test } from "node:test";

import { Sync } from "../../static/js/sync.js";
import { bob, chance, posted, room, shuffled } from "./cast.js";

function following(seq = 0) {
  const sync = new Sync();
  sync.track("garden", seq, "e1");
  return sync;
}

const seqs = (facts) => facts.map((fact) => fact.seq);

test("the next fact is applied, a known one is ignored", () => {
  const sync = following(4);
  assert.deepEqual(seqs(sync.hear(posted(5))), [5]);
  assert.deepEqual(seqs(sync.hear(posted(5))), []);
  assert.deepEqual(seqs(sync.hear(posted(2))), []);
  assert.equal(sync.cursor("garden"), 5);
});

test("a fact beyond a hole waits until the hole is filled", () => {
  const sync = following(0);
  assert.deepEqual(seqs(sync.hear(posted(3))), []);
  assert.equal(sync.isBehind, true);
  assert.deepEqual(seqs(sync.hear(posted(1))), [1]);
  assert.deepEqual(seqs(sync.hear(posted(2))), [2, 3]);
  assert.equal(sync.isBehind, false);
});

test("facts of unknown types are passed on and counted like any other", () => {
  const sync = following(0);
  assert.equal(sync.hear({ type: "tea_served", room_id: "garden", seq: 1 }).length, 1);
  assert.equal(sync.cursor("garden"), 1);
});

test("a catch-up fills the hole and releases what was held", () => {
  const sync = following(1);
  sync.hear(posted(5));
  const { steps } = sync.answer({ rooms: [{ room: room({ last_seq: 4 }), entries: [posted(2), posted(3), posted(4)], reset: false }], removed: [] });
  assert.deepEqual(seqs(steps[0].facts), [2, 3, 4, 5]);
  assert.equal(sync.isBehind, false);
});

test("a reset moves the cursor to the head, and only later facts follow", () => {
  const sync = following(1);
  sync.hear(posted(300));
  sync.hear(posted(301));
  const { steps } = sync.answer({ rooms: [{ room: room({ last_seq: 300 }), entries: [], reset: true }], removed: [] });
  assert.equal(steps[0].reset, true);
  assert.deepEqual(seqs(steps[0].facts), [301]);
  assert.equal(sync.cursor("garden"), 301);
});

test("numbers of different epochs are never mixed", () => {
  const sync = following(40);
  const answer = { rooms: [{ room: room({ last_seq: 7, epoch: "e2" }), entries: [], reset: true }], removed: [] };
  assert.equal(sync.answer(answer).steps[0].reset, true);
  assert.equal(sync.cursor("garden"), 7);
  assert.deepEqual(sync.question(), { rooms: { garden: 7 }, epochs: { garden: "e2" } });
});

test("another epoch means a reset even where the server doesn't say so", () => {
  const sync = following(4);
  const answer = { rooms: [{ room: room({ last_seq: 5, epoch: "e2" }), entries: [posted(5)], reset: false }], removed: [] };
  assert.equal(sync.answer(answer).steps[0].reset, true);
});

test("a fact from a room that isn't known asks for a catch-up, which settles it", () => {
  const sync = following(0);
  assert.deepEqual(sync.hear({ ...posted(9), room_id: "attic" }), []);
  assert.equal(sync.isBehind, true);
  sync.answer({ rooms: [{ room: room({ id: "attic", last_seq: 9 }), entries: [], reset: true }], removed: [] });
  assert.equal(sync.isBehind, false);
  assert.equal(sync.cursor("attic"), 9);
});

test("a room that one is no longer in is forgotten", () => {
  const sync = following(3);
  sync.hear(posted(9));
  assert.deepEqual(sync.answer({ rooms: [], removed: ["garden"] }).removed, ["garden"]);
  assert.equal(sync.cursor("garden"), undefined);
  assert.equal(sync.isBehind, false);
});

test("what is held beyond a hole is bounded", () => {
  const sync = following(0);
  for (let seq = 2; seq < 1000; seq += 1) sync.hear(posted(seq));
  const released = sync.hear(posted(1));
  assert.ok(released.length <= 201);
});

test("any order of facts, losses, repetitions and catch-ups applies the log once, in order", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = chance(seed);
    const log = Array.from({ length: 40 }, (_, index) => posted(index + 1, bob));
    const sync = following(0);
    const applied = [];
    const heard = shuffled([...log, ...log].filter(() => random() < 0.7), random);
    let head = 0;
    for (const fact of heard) {
      head = Math.max(head, fact.seq);
      applied.push(...sync.hear(fact));
      if (sync.isBehind && random() < 0.3) applied.push(...caughtUp(sync, log, head));
    }
    applied.push(...caughtUp(sync, log, log.length));
    assert.deepEqual(seqs(applied), seqs(log), `seed ${seed}`);
    assert.equal(sync.isBehind, false);
  }
});

/** The server's answer when its log has reached `head`. */
function caughtUp(sync, log, head) {
  const after = sync.question().rooms.garden;
  const entries = log.slice(after, head);
  const { steps } = sync.answer({ rooms: [{ room: room({ last_seq: head }), entries, reset: false }], removed: [] });
  return steps.flatMap((step) => step.facts);
}
