import assert from "node:assert/strict";
import { test } from "node:test";

import { Feed } from "../../static/js/feed.js";
import { ada, chance, Clock, posted, room, settled, shuffled } from "./cast.js";

/** A server with one room's log, and a browser that follows it. */
function setUp({ random = () => 0.5 } = {}) {
  const clock = new Clock();
  const log = [];
  const applied = [];
  const asked = [];
  const state = { caughtUp: 0, silent: 0, resets: 0, removed: [], answer: null };
  const feed = new Feed({
    timers: clock,
    random,
    ask: async (event, payload) => {
      asked.push(event);
      if (state.answer) return state.answer(event, payload);
      return { ok: true, data: answer(log, event, payload) };
    },
    onFact: (fact) => applied.push(fact.seq),
    onStep: (step) => {
      if (step.reset) state.resets += 1;
      applied.push(...step.facts.map((fact) => fact.seq));
    },
    onRemoved: (roomId) => state.removed.push(roomId),
    onCaughtUp: () => (state.caughtUp += 1),
    onSilent: () => (state.silent += 1),
  });
  feed.track(room(), 0);
  return { feed, clock, log, applied, asked, state };
}

function answer(log, event, payload) {
  const after = payload.rooms.garden;
  if (event === "heads") return { behind: log.length > after ? { garden: log.length } : {} };
  return { me: ada, now: "", removed: [], rooms: [{ room: room({ last_seq: log.length }), entries: log.slice(after), reset: false }] };
}

test("every connect catches up first", async () => {
  const { feed, log, applied, state } = setUp();
  log.push(posted(1), posted(2));
  feed.connected();
  await settled();
  assert.deepEqual(applied, [1, 2]);
  assert.equal(state.caughtUp, 1);
});

test("a hole asks once, after a moment in which it may fill by itself", async () => {
  const { feed, clock, log, applied, asked } = setUp();
  feed.connected();
  await settled();
  log.push(posted(1), posted(2), posted(3));
  feed.hear(posted(2));
  feed.hear(posted(3));
  await clock.pass(1000);
  assert.deepEqual(applied, [1, 2, 3]);
  assert.deepEqual(asked, ["sync", "sync"]);
});

test("a lost last message is found by comparing heads", async () => {
  const { feed, clock, log, applied } = setUp();
  feed.connected();
  await settled();
  log.push(posted(1));
  await feed.compare();
  await clock.pass(1000);
  assert.deepEqual(applied, [1]);
});

test("comparing when nothing is missing costs one question", async () => {
  const { feed, clock, asked } = setUp();
  feed.connected();
  await settled();
  await feed.compare();
  await clock.pass(10_000);
  assert.deepEqual(asked, ["sync", "heads"]);
});

test("a line that doesn't answer is reported", async () => {
  const { feed, state } = setUp();
  feed.connected();
  await settled();
  state.answer = () => Promise.reject(new Error("silence"));
  await feed.compare();
  assert.equal(state.silent, 1);
});

test("a refused catch-up is asked again, and nothing goes out until it succeeds", async () => {
  const { feed, clock, state } = setUp();
  state.answer = async () => ({ ok: false, error: { status: 503, code: "unavailable", title: "", retry_after: 2 } });
  feed.connected();
  await clock.pass(1900);
  assert.equal(state.caughtUp, 0);
  state.answer = null;
  await clock.pass(5000);
  assert.equal(state.caughtUp, 1);
});

test("the answer to a former connection is void", async () => {
  const { feed, applied, state } = setUp();
  let release;
  state.answer = () => new Promise((resolve) => (release = resolve));
  feed.connected();
  await settled();
  feed.disconnected();
  release({ ok: true, data: answer([posted(1)], "sync", { rooms: { garden: 0 } }) });
  await settled();
  assert.deepEqual(applied, []);
  assert.equal(state.caughtUp, 0);
});

test("whatever the line loses, doubles or turns round, the log is applied once and in order", async () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const random = chance(seed);
    const { feed, clock, log, applied, state } = setUp({ random });
    feed.connected();
    for (let turn = 0; turn < 40; turn += 1) {
      const fact = posted(log.length + 1);
      log.push(fact);
      const onTheWay = [fact, log[Math.floor(random() * log.length)], fact].filter(() => random() < 0.6);
      for (const one of shuffled(onTheWay, random)) feed.hear(one);
      if (random() < 0.1) feed.disconnected();
      if (random() < 0.2) feed.connected();
      state.answer = random() < 0.2 ? () => Promise.reject(new Error("lost")) : null;
      await clock.pass(Math.floor(random() * 400));
    }
    state.answer = null;
    feed.connected();
    await clock.pass(120_000);
    assert.deepEqual(applied, log.map((fact) => fact.seq), `seed ${seed}`);
  }
});

test("a hole that was healed is counted, a catch-up without one is not", async () => {
  const { feed, clock, log } = setUp();
  log.push(posted(1), posted(2), posted(3));
  feed.connected();
  await settled();
  assert.equal(feed.catchUps, 1);
  assert.equal(feed.holesHealed, 0);
  log.push(posted(4), posted(5));
  feed.hear(posted(5));
  await clock.pass(1000);
  assert.deepEqual(feed.heads(), { rooms: { garden: 5 } });
  assert.equal(feed.catchUps, 2);
  assert.equal(feed.holesHealed, 1);
});
