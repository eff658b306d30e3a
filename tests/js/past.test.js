import assert from "node:assert/strict";
import { test } from "node:test";

import { Past } from "../../static/js/past.js";
import { Timeline } from "../../static/js/timeline.js";
import { ada, Clock, message, settled } from "./cast.js";

/** A server with a hundred and twenty messages, fifty a page. */
function setUp() {
  const clock = new Clock();
  const log = Array.from({ length: 120 }, (_, index) => message(index + 1));
  const asked = [];
  const state = { fails: 0, hold: null };
  const fetch = async (roomId, where) => {
    asked.push(where);
    if (state.fails > 0) {
      state.fails -= 1;
      throw new Error("The server can't be reached right now.");
    }
    const page = answer(log, where);
    if (state.hold) await new Promise((resolve) => (state.release = resolve));
    return page;
  };
  const past = new Past({ fetch, changed: () => {}, timers: clock, random: () => 0.5 });
  return { past, clock, log, asked, state, timeline: new Timeline(ada.id) };
}

function answer(log, { before = Infinity, after, around }) {
  if (after !== undefined) {
    const found = log.filter((said) => said.seq > after);
    return { items: found.slice(0, 50), next: found.length > 50 ? "more" : null };
  }
  if (around !== undefined) return { items: log.filter((said) => Math.abs(said.seq - around) < 25), next: null };
  const found = log.filter((said) => said.seq < before).reverse();
  return { items: found.slice(0, 50), next: found.length > 50 ? "more" : null };
}

const seqs = (timeline) => timeline.messages.map((said) => said.seq);
const span = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test("the latest page, and then page by page to the beginning, without a hole or a double", async () => {
  const { past, timeline, asked } = setUp();
  await past.latest("garden", timeline);
  assert.deepEqual(seqs(timeline), span(71, 120));
  await past.older("garden", timeline);
  await past.older("garden", timeline);
  assert.deepEqual(seqs(timeline), span(1, 120));
  assert.equal(timeline.hasOlder, false);
  await past.older("garden", timeline);
  assert.equal(asked.length, 3);
});

test("a page is asked for once, however often the reader comes near the edge", async () => {
  const { past, timeline, asked } = setUp();
  await past.latest("garden", timeline);
  await Promise.all([past.older("garden", timeline), past.older("garden", timeline), past.older("garden", timeline)]);
  assert.equal(asked.length, 2);
});

test("trouble is said in words, and asking again tries again", async () => {
  const { past, timeline, state } = setUp();
  await past.latest("garden", timeline);
  state.fails = 1;
  await past.older("garden", timeline);
  assert.equal(past.trouble("garden"), "The server can't be reached right now.");
  await past.older("garden", timeline);
  assert.equal(past.trouble("garden"), null);
  assert.deepEqual(seqs(timeline), span(21, 120));
});

test("the snapshot after a reset is fetched until it comes", async () => {
  const { past, clock, timeline, state } = setUp();
  state.fails = 3;
  const done = past.latest("garden", timeline);
  await clock.pass(60_000);
  await done;
  assert.deepEqual(seqs(timeline), span(71, 120));
});

test("a message posted while the last page is on its way isn't lost", async () => {
  const { past, log, timeline, state } = setUp();
  await past.around("garden", timeline, 20);
  assert.equal(timeline.hasNewer, true);
  await past.newer("garden", timeline);
  state.hold = true;
  const done = past.newer("garden", timeline);
  await settled();
  log.push(message(121));
  timeline.put(message(121));
  state.release();
  await done;
  assert.equal(timeline.hasNewer, false);
  assert.deepEqual(seqs(timeline).slice(-3), [119, 120, 121]);
  assert.deepEqual(seqs(timeline), span(seqs(timeline)[0], 121));
});

test("a page that was asked for before a reset is not glued to what came after", async () => {
  const { past, log, timeline, state } = setUp();
  await past.latest("garden", timeline);
  state.hold = true;
  const done = past.older("garden", timeline);
  await settled();
  timeline.expect();
  timeline.load([message(500)], { hasOlder: true });
  state.release();
  await done;
  assert.deepEqual(seqs(timeline), [500]);
  assert.ok(log.length);
});

test("the place of a reader is fetched until it comes too, and what is told meanwhile is kept", async () => {
  const { past, clock, timeline, state } = setUp();
  await past.latest("garden", timeline);
  state.fails = 3;
  const done = past.around("garden", timeline, 60);
  await clock.pass(60_000);
  await done;
  assert.equal(timeline.find(60)?.seq, 60);
  assert.equal(timeline.hasNewer, true);
});

test("of two snapshots only the later one counts", async () => {
  const { past, timeline, state } = setUp();
  state.hold = true;
  const first = past.around("garden", timeline, 20);
  await settled();
  const release = state.release;
  state.hold = null;
  await past.latest("garden", timeline);
  release();
  await first;
  assert.deepEqual(seqs(timeline), span(71, 120));
});
