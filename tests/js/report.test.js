import assert from "node:assert/strict";
import { test } from "node:test";

import * as report from "../../static/js/report.js";

const facts = {
  state: "online",
  transport: "websocket",
  roundTrip: 12.4,
  room: "garden",
  epoch: "e1",
  seq: 508,
  catchUps: 3,
  holes: 1,
  reconnects: 2,
  waiting: 0,
  version: "1.0.0",
  offset: 40,
};

const value = (name, change = {}) => report.lines({ ...facts, ...change }).find((line) => line.name === name)?.value;

test("every fact has a line in words", () => {
  assert.equal(value("line"), "Open");
  assert.equal(value("transport"), "WebSocket");
  assert.equal(value("round-trip"), "12 ms");
  assert.equal(value("round-trip", { roundTrip: 0.84 }), "0.8 ms");
  assert.equal(value("seq"), "508");
  assert.equal(value("waiting"), "Nothing");
  assert.equal(value("waiting", { waiting: 1 }), "1 message");
  assert.equal(value("waiting", { waiting: 12 }), "12 messages");
  assert.equal(value("version"), "Parlor 1.0.0");
});

test("what isn't known is a dash, not a guess", () => {
  const unknown = { state: "offline", transport: null, roundTrip: null, version: null, offset: null };
  for (const name of ["transport", "round-trip", "version", "offset"]) assert.equal(value(name, unknown), "–");
  assert.equal(value("line", unknown), "Offline");
});

test("a clock that is wrong says by how much and which way", () => {
  assert.equal(value("offset"), "Right");
  assert.equal(value("offset", { offset: -3000 }), "3 s behind");
  assert.equal(value("offset", { offset: 600_000 }), "10 min ahead");
  assert.equal(value("offset", { offset: -26 * 3_600_000 }), "26 h behind");
});

test("the report has every line, and where it was taken", () => {
  const text = report.text(facts, { at: "2026-11-22T12:00:00.000Z", agent: "A browser", place: "https://parlor.example" });
  for (const { label, value: said } of report.lines(facts)) assert.ok(text.includes(`${label}: ${said}\n`));
  assert.ok(text.endsWith("Address: https://parlor.example\nBrowser: A browser\nAt: 2026-11-22T12:00:00.000Z"));
});
