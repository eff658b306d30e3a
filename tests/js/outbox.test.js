import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox } from "../../static/js/outbox.js";
import { ada, chance, Clock, message, pending, settled } from "./cast.js";

/** A disk that remembers, as IndexedDB would. */
function disk(items = []) {
  const kept = new Map(items.map((item) => [item.nonce, item]));
  return {
    kept,
    put: async (item) => void kept.set(item.nonce, item),
    remove: async (nonce) => void kept.delete(nonce),
    adopt: async () => [...kept.values()],
  };
}

function setUp({ storage = disk(), answer = accept } = {}) {
  const clock = new Clock();
  const asked = [];
  const sent = [];
  const failed = [];
  const outbox = new Outbox({
    storage,
    timers: clock,
    random: () => 0.5,
    send: (item) => {
      asked.push(item.nonce);
      return answer(item, asked.length);
    },
    onSent: (said) => sent.push(said.nonce),
    onFailed: (item) => failed.push(item),
  });
  return { outbox, clock, asked, sent, failed, storage };
}

let seq = 0;
async function accept(item) {
  return { ok: true, data: { message: message((seq += 1), ada, { nonce: item.nonce, text: item.text }), duplicate: false } };
}

function refuse(code, extra = {}) {
  return async () => ({ ok: false, error: { status: 400, code, title: code, ...extra } });
}

const silence = () => Promise.reject(new Error("no answer"));

test("what is written goes out, and is forgotten when the server has it", async () => {
  const { outbox, sent, storage } = setUp();
  outbox.setConnected(true);
  outbox.add(pending("one"));
  await settled();
  assert.deepEqual(sent, ["one"]);
  assert.equal(storage.kept.size, 0);
});

test("nothing goes out before the catch-up, and everything in order after it", async () => {
  const { outbox, asked, sent } = setUp();
  for (const nonce of ["one", "two", "three"]) outbox.add(pending(nonce));
  await settled();
  assert.deepEqual(asked, []);
  outbox.setConnected(true);
  await settled();
  assert.deepEqual(sent, ["one", "two", "three"]);
});

test("one message of a room is in flight at a time, and another room doesn't wait for it", async () => {
  const releases = [];
  const { outbox, asked } = setUp({ answer: (item) => new Promise((resolve) => releases.push(() => resolve(accept(item)))) });
  outbox.setConnected(true);
  outbox.add(pending("one"));
  outbox.add(pending("two"));
  outbox.add(pending("elsewhere", "hi", "attic"));
  await settled();
  assert.deepEqual(asked, ["one", "elsewhere"]);
  releases[0]();
  await settled();
  assert.deepEqual(asked, ["one", "elsewhere", "two"]);
});

test("without an answer the same nonce goes out again, and the next message waits", async () => {
  const { outbox, clock, asked, sent } = setUp({ answer: (item, turn) => (turn < 3 ? silence() : accept(item)) });
  outbox.setConnected(true);
  outbox.add(pending("one"));
  outbox.add(pending("two"));
  await clock.pass(60_000);
  assert.deepEqual(asked, ["one", "one", "one", "two"]);
  assert.deepEqual(sent, ["one", "two"]);
});

test("a rate limit is waited out, and not a moment less", async () => {
  const { outbox, clock, asked } = setUp({
    answer: (item, turn) => (turn === 1 ? refuse("rate_limited", { retry_after: 7 })() : accept(item)),
  });
  outbox.setConnected(true);
  outbox.add(pending("one"));
  await clock.pass(6_999);
  assert.equal(asked.length, 1);
  await clock.pass(3_000);
  assert.equal(asked.length, 2);
});

test("internal errors are retried five times, then the person decides", async () => {
  const { outbox, clock, asked, failed, storage } = setUp({ answer: refuse("internal") });
  outbox.setConnected(true);
  outbox.add(pending("one"));
  await clock.pass(600_000);
  assert.equal(asked.length, 6);
  assert.equal(failed.length, 1);
  assert.equal(storage.kept.get("one").state, "failed");
});

test("unavailable is retried for as long as it takes", async () => {
  const { outbox, clock, sent } = setUp({ answer: (item, turn) => (turn < 40 ? refuse("unavailable")() : accept(item)) });
  outbox.setConnected(true);
  outbox.add(pending("one"));
  await clock.pass(600_000);
  assert.deepEqual(sent, ["one"]);
});

for (const code of ["invalid", "forbidden", "not_found", "conflict", "too_large"]) {
  test(`${code} is never retried unchanged, is kept, and lets the next one pass`, async () => {
    const { outbox, clock, asked, sent, failed, storage } = setUp({
      answer: (item) => (item.nonce === "bad" ? refuse(code)() : accept(item)),
    });
    outbox.setConnected(true);
    outbox.add(pending("bad"));
    outbox.add(pending("good"));
    await clock.pass(60_000);
    assert.deepEqual(asked, ["bad", "good"]);
    assert.deepEqual(sent, ["good"]);
    assert.equal(failed[0].error.code, code);
    assert.ok(storage.kept.has("bad"));
  });
}

test("a failed message goes out again under the same nonce when the person says so", async () => {
  const { outbox, asked, sent } = setUp({ answer: (item, turn) => (turn === 1 ? refuse("forbidden")() : accept(item)) });
  outbox.setConnected(true);
  outbox.add(pending("one"));
  await settled();
  outbox.retry("one");
  await settled();
  assert.deepEqual(asked, ["one", "one"]);
  assert.deepEqual(sent, ["one"]);
});

test("a discarded message is gone from the disk too", async () => {
  const { outbox, storage } = setUp({ answer: refuse("forbidden") });
  outbox.setConnected(true);
  outbox.add(pending("one"));
  await settled();
  outbox.discard("one");
  await settled();
  assert.equal(storage.kept.size, 0);
});

test("a message in flight when the line broke goes out again on the new one, first", async () => {
  const { outbox, asked, sent } = setUp({ answer: (item, turn) => (turn === 1 ? new Promise(() => {}) : accept(item)) });
  outbox.setConnected(true);
  outbox.add(pending("one"));
  outbox.add(pending("two"));
  await settled();
  outbox.setConnected(false);
  outbox.setConnected(true);
  await settled();
  assert.deepEqual(asked, ["one", "one", "two"]);
  assert.deepEqual(sent, ["one", "two"]);
});

test("a message that the catch-up shows is not sent again", async () => {
  const { outbox, asked } = setUp({ answer: () => new Promise(() => {}) });
  outbox.setConnected(true);
  outbox.add(pending("one"));
  await settled();
  outbox.setConnected(false);
  outbox.confirm("garden", "one");
  outbox.setConnected(true);
  await settled();
  assert.deepEqual(asked, ["one"]);
  assert.equal(outbox.waiting, 0);
});

test("an answer that is too late still counts", async () => {
  let late;
  const { outbox, sent, storage } = setUp({ answer: (item) => new Promise((resolve) => (late = () => resolve(accept(item)))) });
  outbox.setConnected(true);
  outbox.add(pending("one"));
  await settled();
  outbox.setConnected(false);
  late();
  await settled();
  assert.deepEqual(sent, ["one"]);
  assert.equal(storage.kept.size, 0);
});

test("what was written before a reload goes out before what is written after it", async () => {
  const { outbox, sent } = setUp({ storage: disk([pending("older"), pending("old")]) });
  outbox.add(pending("new"));
  await outbox.adopt();
  outbox.setConnected(true);
  await settled();
  assert.deepEqual(sent, ["older", "old", "new"]);
});

test("a message that failed before a reload is still there after it, and isn't sent by itself", async () => {
  const { outbox, asked } = setUp({ storage: disk([{ ...pending("one"), state: "failed" }]) });
  await outbox.adopt();
  outbox.setConnected(true);
  await settled();
  assert.deepEqual(asked, []);
  outbox.retry("one");
  await settled();
  assert.deepEqual(asked, ["one"]);
});

test("a disk that refuses everything costs only the keeping", async () => {
  const broken = { put: silence, remove: silence, adopt: silence };
  const { outbox, sent } = setUp({ storage: broken });
  await outbox.adopt();
  outbox.setConnected(true);
  outbox.add(pending("one"));
  await settled();
  assert.deepEqual(sent, ["one"]);
});

test("when the session is over everything waits", async () => {
  const { outbox, clock, asked, failed, storage } = setUp({ answer: refuse("unauthenticated") });
  outbox.setConnected(true);
  outbox.add(pending("one"));
  outbox.add(pending("two"));
  await clock.pass(60_000);
  assert.deepEqual(asked, ["one"]);
  assert.deepEqual(failed, []);
  assert.equal(storage.kept.size, 2);
});

test("whatever the line does, the server has each message once, in the order written", async () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = chance(seed);
    const log = [];
    const { outbox, clock } = setUp({ answer: (item) => flaky(item, log, random) });
    const written = [];
    for (let turn = 0; turn < 60; turn += 1) {
      if (random() < 0.4) {
        const nonce = `s${seed}n${turn}`;
        written.push(nonce);
        outbox.add(pending(nonce));
      }
      if (random() < 0.3) outbox.setConnected(random() < 0.6);
      if (random() < 0.2 && log.length) outbox.confirm("garden", log[Math.floor(random() * log.length)]);
      await clock.pass(Math.floor(random() * 3000));
    }
    outbox.setConnected(true);
    await clock.pass(3_600_000);
    assert.deepEqual(log, written, `seed ${seed}`);
    assert.equal(outbox.waiting, 0, `seed ${seed}`);
  }
});

/** A server that stores, refuses or drops, and a line that loses answers. */
async function flaky(item, log, random) {
  const luck = random();
  if (luck < 0.2) throw new Error("lost on the way");
  if (luck < 0.3) return { ok: false, error: { status: 503, code: "unavailable", title: "", retry_after: 1 } };
  if (!log.includes(item.nonce)) log.push(item.nonce);
  if (luck < 0.5) throw new Error("the answer was lost");
  return accept(item);
}
