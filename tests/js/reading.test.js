import assert from "node:assert/strict";
import { test } from "node:test";

import { Reading } from "../../static/js/reading.js";
import { Clock } from "./cast.js";

function setUp(answer = async () => true) {
  const clock = new Clock();
  const told = [];
  const reading = new Reading({
    timers: clock,
    tell: (payload) => {
      told.push(payload);
      return answer(payload);
    },
  });
  return { reading, clock, told };
}

test("what stays on the screen for a moment was read", async () => {
  const { reading, clock, told } = setUp();
  reading.seen("garden", 5, 0);
  await clock.pass(300);
  assert.deepEqual(told, []);
  await clock.pass(200);
  assert.deepEqual(told, [{ room_id: "garden", seq: 5 }]);
});

test("a stream of messages costs few words, and the last one counts", async () => {
  const { reading, clock, told } = setUp();
  for (let seq = 1; seq <= 40; seq += 1) {
    reading.seen("garden", seq, 0);
    await clock.pass(50);
  }
  await clock.pass(1000);
  assert.ok(told.length <= 6, String(told.length));
  assert.equal(told.at(-1).seq, 40);
});

test("reading never goes backwards, and what is known isn't said again", async () => {
  const { reading, clock, told } = setUp();
  reading.seen("garden", 5, 0);
  await clock.pass(500);
  for (const seq of [3, 5]) reading.seen("garden", seq, 0);
  reading.seen("garden", 8, 9);
  await clock.pass(1000);
  assert.equal(told.length, 1);
});

test("who looks away at once hasn't read", async () => {
  const { reading, clock, told } = setUp();
  reading.seen("garden", 5, 0);
  reading.away();
  await clock.pass(1000);
  assert.deepEqual(told, []);
});

test("what the server didn't hear is said when it is seen again", async () => {
  let fails = true;
  const { reading, clock, told } = setUp(async () => !fails);
  reading.seen("garden", 5, 0);
  await clock.pass(500);
  fails = false;
  reading.seen("garden", 5, 0);
  await clock.pass(500);
  assert.equal(told.length, 2);
});

test("what is marked unread isn't read by standing on the screen, until the room is opened anew", async () => {
  const clock = new Clock();
  const told = [];
  const reading = new Reading({ timers: clock, tell: async (payload) => told.push(payload.seq) > 0 });
  reading.rewind("garden", 3);
  reading.seen("garden", 9, 3);
  await clock.pass(2000);
  assert.deepEqual(told, []);
  reading.forget("garden");
  reading.seen("garden", 9, 3);
  await clock.pass(2000);
  assert.deepEqual(told, [9]);
});

test("what another device made unread is read when the room is opened anew, and not before", async () => {
  const { reading, clock, told } = setUp();
  reading.seen("garden", 9, 0);
  await clock.pass(500);
  assert.equal(reading.told("garden"), 9);
  reading.seen("garden", 9, 3); // it is on the screen still, and was read
  await clock.pass(2000);
  reading.forget("garden");
  reading.seen("garden", 9, 3);
  await clock.pass(2000);
  assert.deepEqual(told.map(({ seq }) => seq), [9, 9]);
});
