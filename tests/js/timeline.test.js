import assert from "node:assert/strict";
import { test } from "node:test";

import { Timeline } from "../../static/js/timeline.js";
import { ada, bob, chance, message, pending, shuffled } from "./cast.js";

const UTC = { place: { timeZone: "UTC", locale: "en-GB" } };

function loaded(messages = [], edges = { hasOlder: false }) {
  const timeline = new Timeline(ada.id);
  timeline.load(messages, edges);
  return timeline;
}

function drawn(timeline, options = UTC) {
  return timeline.rows(options).filter((row) => row.kind === "message");
}

function texts(timeline) {
  return drawn(timeline).map((row) => row.message.text);
}

test("messages are drawn by their place in the log, whatever order they came in", () => {
  const timeline = loaded();
  for (const seq of [3, 1, 2]) timeline.put(message(seq));
  assert.deepEqual(texts(timeline), ["said 1", "said 2", "said 3"]);
});

test("hearing a message twice changes nothing, and says so", () => {
  const timeline = loaded();
  assert.equal(timeline.put(message(1)), true);
  assert.equal(timeline.put(message(1)), false);
  assert.equal(drawn(timeline).length, 1);
});

test("what is written is drawn at once, after everything confirmed", () => {
  const timeline = loaded([message(1)]);
  timeline.write(pending("mine"));
  timeline.put(message(2));
  assert.deepEqual(texts(timeline), ["said 1", "said 2", "mine"]);
  assert.equal(drawn(timeline).at(-1).pending.state, "waiting");
});

test("the confirmed copy takes the place of the pending one and keeps its key", () => {
  const timeline = loaded([message(1)]);
  timeline.write(pending("mine", "hello"));
  const before = drawn(timeline).at(-1).key;
  timeline.put(message(2, ada, { nonce: "mine", text: "hello" }));
  const after = drawn(timeline).at(-1);
  assert.equal(after.key, before);
  assert.equal(after.pending, null);
  assert.equal(drawn(timeline).length, 2);
});

test("a fact that comes before the pending copy was drawn leaves one message", () => {
  const timeline = loaded();
  timeline.put(message(1, ada, { nonce: "mine" }));
  timeline.write(pending("mine"));
  assert.equal(drawn(timeline).length, 1);
  assert.equal(drawn(timeline)[0].pending, null);
});

test("somebody else's nonce never confirms mine", () => {
  const timeline = loaded();
  timeline.write(pending("same"));
  timeline.put(message(1, bob, { nonce: "same" }));
  assert.equal(drawn(timeline).length, 2);
});

test("a newer version replaces an older one, never the other way round", () => {
  const timeline = loaded([message(1)]);
  assert.equal(timeline.put(message(1, bob, { version: 3, text: "third" })), true);
  assert.equal(timeline.put(message(1, bob, { version: 2, text: "second" })), false);
  assert.deepEqual(texts(timeline), ["third"]);
});

test("a deleted message stays deleted", () => {
  const timeline = loaded([message(1)]);
  timeline.put(message(1, bob, { version: 2, text: "", deleted_at: "2026-11-22T13:00:00.000Z" }));
  timeline.put(message(1));
  timeline.put(message(1, bob, { version: 2, text: "back?" }));
  assert.deepEqual(texts(timeline), [""]);
});

test("nothing is drawn beyond a stretch that hasn't been read", () => {
  const timeline = loaded([message(50), message(51)], { hasOlder: true });
  assert.equal(timeline.put(message(10, bob, { version: 2 })), false);
  assert.deepEqual(texts(timeline), ["said 50", "said 51"]);
  timeline.addOlder([message(48), message(49)], true);
  assert.deepEqual(texts(timeline), ["said 48", "said 49", "said 50", "said 51"]);
});

test("a window that ends before the present isn't given what comes after", () => {
  const timeline = loaded([message(5)], { hasOlder: true, hasNewer: true });
  assert.equal(timeline.put(message(9)), false);
  timeline.addNewer([message(6), message(7)], false);
  timeline.put(message(9));
  assert.deepEqual(texts(timeline), ["said 5", "said 6", "said 7", "said 9"]);
});

test("what comes while history is being fetched is not lost", () => {
  const timeline = new Timeline(ada.id);
  timeline.put(message(11));
  timeline.load([message(9), message(10)], { hasOlder: true });
  assert.deepEqual(texts(timeline), ["said 9", "said 10", "said 11"]);
});

test("a snapshot replaces what was there and keeps what isn't sent", () => {
  const timeline = loaded([message(1), message(2)]);
  timeline.write(pending("mine"));
  timeline.expect();
  timeline.load([message(300), message(301)], { hasOlder: true });
  assert.deepEqual(texts(timeline), ["said 300", "said 301", "mine"]);
});

test("a window that has grown large lets the oldest go, and they come back as history", () => {
  const all = Array.from({ length: 30 }, (_, index) => message(index + 1));
  const timeline = loaded(all);
  timeline.trim({ above: 30, keep: 10 });
  assert.equal(timeline.size, 30);
  timeline.put(message(31));
  timeline.trim({ above: 30, keep: 10 });
  assert.deepEqual([timeline.oldest, timeline.newest, timeline.hasOlder], [22, 31, true]);
  assert.equal(timeline.put(message(5)), false);
  timeline.addOlder(all.slice(11, 21), true);
  assert.equal(timeline.oldest, 12);
});

test("a refused message stays, with the reason, until it is retried or discarded", () => {
  const timeline = loaded();
  timeline.write(pending("one"));
  timeline.write(pending("two"));
  timeline.fail("one", { status: 403, code: "forbidden", title: "No." });
  assert.equal(drawn(timeline)[0].pending.error.title, "No.");
  timeline.retry("one");
  assert.deepEqual(texts(timeline), ["two", "one"]);
  timeline.discard("two");
  assert.deepEqual(texts(timeline), ["one"]);
});

test("messages of one author within five minutes are one group", () => {
  const at = (minute) => ({ created_at: `2026-11-22T12:${String(minute).padStart(2, "0")}:00.000Z` });
  const timeline = loaded([message(1, bob, at(0)), message(2, bob, at(4)), message(3, ada, at(5)), message(4, bob, at(6)), message(5, bob, at(11))]);
  assert.deepEqual(drawn(timeline).map((row) => row.first), [true, false, true, true, true]);
});

test("two deleted accounts are not glued together", () => {
  const timeline = loaded([message(1, null), message(2, null)]);
  assert.deepEqual(drawn(timeline).map((row) => row.first), [true, true]);
});

test("each day of the reader's calendar begins with a divider", () => {
  const messages = [
    message(1, bob, { created_at: "2026-11-21T22:30:00.000Z" }),
    message(2, bob, { created_at: "2026-11-21T23:30:00.000Z" }),
  ];
  const kinds = (timeZone) => loaded(messages).rows({ place: { timeZone } }).map((row) => row.kind);
  assert.deepEqual(kinds("UTC"), ["day", "message", "message"]);
  assert.deepEqual(kinds("Europe/Berlin"), ["day", "message", "day", "message"]);
});

test("the divider of what is new comes before the first message of somebody else", () => {
  const timeline = loaded([message(1), message(2, ada), message(3), message(4)]);
  const kinds = timeline.rows({ ...UTC, newAfter: 1 }).map((row) => row.kind);
  assert.deepEqual(kinds, ["day", "message", "message", "new", "message", "message"]);
  assert.ok(!timeline.rows({ ...UTC, newAfter: 4 }).some((row) => row.kind === "new"));
});

test("every row has a key of its own", () => {
  const timeline = loaded([message(1), message(2, bob, { created_at: "2026-11-20T12:00:00.000Z" }), message(3)]);
  timeline.write(pending("mine"));
  const keys = timeline.rows({ ...UTC, newAfter: 2 }).map((row) => row.key);
  assert.equal(new Set(keys).size, keys.length);
});

test("any order of facts, acknowledgements, pages and repetitions ends as the log", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = chance(seed);
    const log = Array.from({ length: 30 }, (_, index) => history(index + 1, random));
    const start = Math.floor(random() * 25);
    const timeline = new Timeline(ada.id);
    const mine = log.filter((versions) => versions[0].author === ada);
    const happenings = [
      ...mine.map((versions) => () => timeline.write(pending(versions[0].nonce))),
      ...log.flat().map((said) => () => timeline.put(said)),
      ...log.flat().filter(() => random() < 0.5).map((said) => () => timeline.put(said)),
      () => timeline.load(log.slice(start).map((versions) => versions[0]), { hasOlder: start > 0 }),
    ];
    for (const happen of shuffled(happenings, random)) happen();
    timeline.addOlder(log.slice(0, start).map((versions) => versions.at(-1)), false);
    for (const said of log.flat()) timeline.put(said);

    assert.deepEqual(drawn(timeline).map((row) => row.message), log.map((versions) => versions.at(-1)), `seed ${seed}`);
    assert.ok(drawn(timeline).every((row) => row.pending === null), `seed ${seed}`);
  }
});

/** All the versions of one message, the last one sometimes a tombstone. */
function history(seq, random) {
  const author = random() < 0.4 ? ada : bob;
  const versions = [message(seq, author)];
  while (random() < 0.3) {
    const version = versions.length + 1;
    versions.push(message(seq, author, { version, text: `version ${version}`, edited_at: "2026-11-22T14:00:00.000Z" }));
  }
  if (random() < 0.15) {
    versions.push(message(seq, author, { version: versions.length + 1, text: "", deleted_at: "2026-11-22T15:00:00.000Z" }));
  }
  return versions;
}

test("a long run of one author says its time again after ten minutes", () => {
  const timeline = new Timeline(ada.id);
  const minute = (seq) => ({ created_at: new Date(Date.parse("2026-11-22T12:00:00.000Z") + seq * 60_000).toISOString() });
  timeline.load(Array.from({ length: 25 }, (_, seq) => message(seq + 1, bob, minute(seq))), { hasOlder: false });
  const firsts = timeline.rows({ place: { timeZone: "UTC" } }).filter((row) => row.kind === "message" && row.first);
  assert.deepEqual(firsts.map((row) => row.message.seq), [1, 11, 21]);
});

test("what was written last and isn't confirmed can be shown elsewhere too", () => {
  const timeline = new Timeline(ada.id);
  assert.equal(timeline.lastPending, null);
  timeline.write(pending("one"));
  timeline.write(pending("two"));
  assert.equal(timeline.lastPending?.nonce, "two");
  timeline.discard("two");
  assert.equal(timeline.lastPending?.nonce, "one");
});

test("when a quoted message is edited or deleted, its answers quote what it says now, once", () => {
  const quote = { id: "m1", seq: 1, author: bob, excerpt: "said 1" };
  const timeline = loaded([message(1), message(2, ada, { reply_to: quote })]);
  const edited = message(1, bob, { version: 2, text: "said\n  better" });
  assert.equal(timeline.put(edited), true);
  assert.equal(timeline.put(edited), false);
  assert.equal(timeline.find(2).reply_to.excerpt, "said better");
  timeline.put(message(1, bob, { version: 3, text: "", deleted_at: "2026-11-22T13:00:00.000Z" }));
  timeline.put(edited);
  assert.equal(timeline.find(2).reply_to.excerpt, "");
});

test("an answer is followed also when what it quotes isn't in the window", () => {
  const timeline = loaded([message(50, ada, { reply_to: { id: "m1", seq: 1, author: bob, excerpt: "said 1" } })], { hasOlder: true });
  assert.equal(timeline.put(message(1, bob, { version: 2, text: "better" })), true);
  assert.equal(timeline.find(50).reply_to.excerpt, "better");
  assert.equal(timeline.find(1), undefined);
});
