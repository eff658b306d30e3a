import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";

import { Connection } from "../../static/js/connection.js";
import { Clock } from "./cast.js";

/** What Socket.IO's socket looks like from here, with the network in the test's hand. */
class Line extends EventEmitter {
  connected = false;
  attempts = 0;
  #any = () => {};

  onAny(listener) {
    this.#any = listener;
  }

  connect() {
    this.attempts += 1;
  }

  disconnect() {
    if (this.connected) this.breaks();
  }

  timeout() {
    return { emitWithAck: async (event, payload) => ({ ok: true, data: { event, payload } }) };
  }

  opens() {
    this.connected = true;
    this.emit("connect");
  }

  breaks() {
    this.connected = false;
    this.emit("disconnect", "transport close");
  }

  refuses(problem) {
    this.emit("connect_error", Object.assign(new Error("refused"), { data: problem }));
  }

  tells(event, fact) {
    this.#any(event, fact);
  }
}

function setUp({ luck = 0.5, online = true } = {}) {
  const clock = new Clock();
  const line = new Line();
  const seen = [];
  const heard = [];
  const connection = new Connection({
    socket: line,
    timers: clock,
    clock: () => clock.now,
    random: () => luck,
    isOnline: () => online,
    onStatus: (status) => seen.push(status.state),
    onOpen: () => seen.push("open"),
    onClosed: () => seen.push("closed"),
    onFact: (event, fact) => heard.push([event, fact]),
  });
  connection.open();
  return { connection, line, clock, seen, heard };
}

test("facts are passed on, requests are answered", async () => {
  const { connection, line, heard } = setUp();
  line.opens();
  line.tells("typing_changed", { typing: true });
  assert.deepEqual(heard, [["typing_changed", { typing: true }]]);
  assert.deepEqual(await connection.ask("heads", { rooms: {} }), { ok: true, data: { event: "heads", payload: { rooms: {} } } });
});

test("nothing is asked on a line that isn't there", async () => {
  const { connection } = setUp();
  await assert.rejects(connection.ask("heads", {}));
});

test("a broken line is made anew after one to two seconds, then ever later, at most thirty", async () => {
  const { line, clock } = setUp({ luck: 1 });
  line.opens();
  line.breaks();
  const waits = [];
  for (let turn = 0; turn < 8; turn += 1) {
    const before = [line.attempts, clock.now];
    while (line.attempts === before[0]) await clock.pass(100);
    waits.push(Math.round((clock.now - before[1]) / 1000));
    line.refuses(undefined);
  }
  assert.deepEqual(waits, [2, 4, 8, 16, 30, 30, 30, 30]);
});

test("even the luckiest draw waits a second", async () => {
  const { line, clock } = setUp({ luck: 0 });
  line.opens();
  line.breaks();
  await clock.pass(999);
  assert.equal(line.attempts, 1);
  await clock.pass(1);
  assert.equal(line.attempts, 2);
});

test("a server that is closing is left alone for as long as it asks", async () => {
  const { connection, line, clock } = setUp({ luck: 0 });
  line.opens();
  line.tells("session_ended", { reason: "server_closing", retry_after: 12 });
  line.breaks();
  connection.retryNow();
  await clock.pass(11_999);
  assert.equal(line.attempts, 1);
  await clock.pass(1000);
  assert.equal(line.attempts, 2);
});

test("a refusal that names a time is obeyed", async () => {
  const { line, clock } = setUp({ luck: 0 });
  line.refuses({ code: "rate_limited", retry_after: 20 });
  await clock.pass(19_999);
  assert.equal(line.attempts, 1);
  await clock.pass(1000);
  assert.equal(line.attempts, 2);
});

test("the server's own words about a refusal are passed on", () => {
  const { connection, line } = setUp();
  line.refuses({ code: "rate_limited", title: "Slow down.", detail: "Close a tab.", retry_after: 30 });
  assert.equal(connection.status.why, "Close a tab.");
});

for (const reason of ["signed_out", "revoked", "expired"]) {
  test(`a session that was ${reason} is over, and nothing is tried again`, async () => {
    const { connection, line, clock } = setUp();
    line.opens();
    line.tells("session_ended", { reason });
    await clock.pass(600_000);
    connection.retryNow();
    assert.deepEqual(connection.status, { state: "ended", reason });
    assert.equal(line.attempts, 1);
  });
}

test("a session that ended while the line was down is over too", () => {
  const { connection, line } = setUp();
  line.refuses({ code: "unauthenticated", title: "Sign in." });
  assert.deepEqual(connection.status, { state: "ended", reason: "expired" });
});

test("offline is said only when a line can't be made", async () => {
  const { connection, line, clock, seen } = setUp({ online: false });
  line.opens();
  connection.suspectOffline();
  assert.equal(connection.status.state, "offline");
  await clock.pass(3000);
  line.opens();
  assert.deepEqual(seen.slice(-2), ["online", "open"]);
});

test("coming back to the tab tries at once", () => {
  const { connection, line } = setUp();
  line.opens();
  line.breaks();
  connection.retryNow();
  assert.equal(line.attempts, 2);
});

test("a silent line is given up for a new one", async () => {
  const { connection, line, clock } = setUp();
  line.opens();
  connection.restart();
  await clock.pass(3000);
  assert.equal(line.attempts, 2);
});

test("wishing for a line while one is being made doesn't ask twice", () => {
  const { connection, line, clock } = setUp();
  assert.equal(line.attempts, 1);
  connection.retryNow();
  clock.now += 2000;
  connection.retryNow();
  assert.equal(line.attempts, 1);
  line.opens();
  assert.equal(connection.lines, 1);
});

test("an attempt that hangs makes way for one that is wished for, and after a while for one by itself", async () => {
  const { connection, line, clock } = setUp();
  await clock.pass(4000);
  connection.retryNow();
  assert.equal(line.attempts, 2);
  await clock.pass(25_000 + 2000);
  assert.equal(line.attempts, 3);
  line.opens();
  assert.equal(clock.pending, 0);
});

test("a refusal on an open line ends it, and another one is made", async () => {
  const { line, clock, seen } = setUp();
  line.opens();
  line.refuses({ status: 500, code: "internal", title: "Something went wrong." });
  assert.equal(line.connected, false);
  assert.equal(seen.at(-1), "reconnecting");
  await clock.pass(2000);
  assert.equal(line.attempts, 2);
});
