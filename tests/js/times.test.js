import assert from "node:assert/strict";
import { test } from "node:test";

import * as times from "../../static/js/times.js";

const london = { locale: "en-GB", timeZone: "Europe/London" };
const berlin = { locale: "en-GB", timeZone: "Europe/Berlin" };
const now = Date.parse("2026-11-22T15:01:49.450Z");

test("the clock is the reader's own", () => {
  assert.equal(times.clock("2026-11-22T15:01:49.450Z", london), "15:01");
  assert.equal(times.clock("2026-11-22T15:01:49.450Z", berlin), "16:01");
  assert.match(times.clock("2026-11-22T15:01:49.450Z", { ...london, locale: "en-US" }), /^3:01\sPM$/u);
});

test("a moment to come names its day unless that is today", () => {
  assert.equal(times.ahead("2026-11-22T23:10:00.000Z", now, london), "23:10");
  assert.equal(times.ahead("2026-11-22T23:10:00.000Z", now, berlin), "tomorrow, 00:10");
  assert.match(times.ahead("2026-11-24T09:05:00.000Z", now, london), /^Tuesday,? 24 November, 09:05$/);
  assert.match(times.ahead("2027-01-01T09:05:00.000Z", now, london), /^Friday,? 1 January 2027, 09:05$/);
});

test("the exact time names the day, the year and the second", () => {
  const exact = times.exact("2026-11-22T15:01:49.450Z", london);
  for (const part of ["Sunday", "22 November 2026", "15:01:49"]) assert.ok(exact.includes(part), exact);
});

test("days are the reader's, not the server's", () => {
  assert.equal(times.day("2026-11-21T23:30:00.000Z", london), "2026-11-21");
  assert.equal(times.day("2026-11-21T23:30:00.000Z", berlin), "2026-11-22");
});

for (const [at, name] of [
  ["2026-11-22T00:00:00.000Z", "Today"],
  ["2026-11-21T23:59:59.000Z", "Yesterday"],
  ["2026-11-20T12:00:00.000Z", "Friday"],
  ["2026-11-16T12:00:00.000Z", "Monday"],
  ["2026-11-15T12:00:00.000Z", "Sunday 15 November"],
  ["2025-11-22T12:00:00.000Z", "Saturday 22 November 2025"],
]) {
  test(`${at} is called ${name}`, () => assert.equal(times.dayName(at, now, london).replace(",", ""), name));
}

test("in the list of rooms a time is as short as it can be", () => {
  assert.equal(times.brief("2026-11-22T09:05:00.000Z", now, london), "09:05");
  assert.equal(times.brief("2026-11-21T09:05:00.000Z", now, london), "Yesterday");
  assert.equal(times.brief("2026-11-19T09:05:00.000Z", now, london), "Thu");
  assert.equal(times.brief("2026-11-03T09:05:00.000Z", now, london), "3 Nov");
  assert.equal(times.brief("2025-11-03T09:05:00.000Z", now, london), "3 Nov 2025");
});

test("a clock that is a little behind the server's doesn't move a message to another day", () => {
  assert.equal(times.brief("2026-11-22T15:02:30.000Z", now, london), "15:02");
  assert.equal(times.dayName("2026-11-22T15:02:30.000Z", now, london), "Today");
});

test("midnight is where the reader is, also on the day that has 25 hours", () => {
  const beforeAutumn = Date.parse("2026-10-24T22:30:00.000Z");
  const wait = times.untilMidnight(beforeAutumn, berlin);
  assert.ok(wait > 24.4 * 3_600_000 && wait < 24.6 * 3_600_000, String(wait / 3_600_000));
  assert.equal(times.day(beforeAutumn + wait, berlin), "2026-10-26");
});
