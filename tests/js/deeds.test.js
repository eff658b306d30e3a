import assert from "node:assert/strict";
import { test } from "node:test";

import { Deeds, UNDO_WITHIN } from "../../static/js/deeds.js";
import { Guesses, reacted } from "../../static/js/guesses.js";
import { ada, bob, Clock, message, settled } from "./cast.js";

/** A page with one message of Ada's, and a server that answers when it is told to. */
function setUp() {
  const clock = new Clock();
  const guesses = new Guesses();
  const asked = [];
  const refused = [];
  const done = [];
  const state = { message: message(1, ada), answer: null, changed: 0 };
  const deeds = new Deeds({
    me: ada.id,
    guesses,
    timers: clock,
    ask: (event, payload) => new Promise((resolve, reject) => asked.push({ event, payload, resolve, reject })),
    onDone: (said) => {
      done.push(said);
      state.message = said;
    },
    onChanged: () => (state.changed += 1),
    onRefused: (sentence, retry) => refused.push({ sentence, retry }),
  });
  return { clock, guesses, deeds, asked, refused, done, state, seen: () => guesses.seen(state.message) };
}

const no = { ok: false, error: { status: 403, code: "forbidden", title: "No." } };

test("an edit is seen at once, and is the server's when that has it", async () => {
  const { deeds, asked, state, seen } = setUp();
  const edit = deeds.edit(state.message, "better");
  assert.equal(seen().text, "better");
  assert.deepEqual(asked[0].payload, { message_id: "m1", text: "better", version: 1 });
  const confirmed = message(1, ada, { text: "better", version: 2 });
  asked[0].resolve({ ok: true, data: { message: confirmed } });
  assert.equal(await edit, true);
  assert.equal(seen(), confirmed);
});

test("what the server refuses is shown as it is, with the reason", async () => {
  const { deeds, asked, refused, state, seen } = setUp();
  const edit = deeds.edit(state.message, "better");
  asked[0].resolve(no);
  assert.equal(await edit, false);
  assert.equal(seen(), state.message);
  assert.match(refused[0].sentence, /not saved\. No\./u);
  assert.equal(refused[0].retry, null);
});

test("without an answer it can be tried again", async () => {
  const { deeds, asked, refused, state, seen } = setUp();
  void deeds.react(state.message, "👍", true);
  asked[0].reject(new Error("silence"));
  await settled();
  assert.deepEqual(seen().reactions, []);
  refused[0].retry();
  assert.equal(asked.length, 2);
  assert.deepEqual(seen().reactions, [{ emoji: "👍", count: 1, user_ids: ["ada"] }]);
});

test("a deletion is asked for when it can't be taken back any more", async () => {
  const { clock, deeds, asked, state, seen } = setUp();
  deeds.remove(state.message);
  deeds.remove(state.message);
  assert.equal(seen().leaving, true);
  await clock.pass(UNDO_WITHIN - 1);
  assert.equal(asked.length, 0);
  await clock.pass(1);
  assert.deepEqual(asked.map((each) => each.event), ["delete_message"]);
  asked[0].resolve({ ok: true, data: { message: message(1, ada, { version: 2, text: "", deleted_at: "2026-11-22T15:00:00.000Z" }) } });
  await settled();
  assert.equal(seen().leaving, undefined);
  assert.ok(seen().deleted_at);
});

test("a deletion that is taken back asks nobody", async () => {
  const { clock, deeds, asked, state, seen } = setUp();
  deeds.remove(state.message);
  deeds.undo("m1");
  await clock.pass(UNDO_WITHIN * 2);
  assert.equal(asked.length, 0);
  assert.equal(seen(), state.message);
});

test("a refused deletion brings the message back", async () => {
  const { clock, deeds, asked, refused, state, seen } = setUp();
  deeds.remove(state.message);
  await clock.pass(UNDO_WITHIN);
  asked[0].resolve(no);
  await settled();
  assert.equal(seen(), state.message);
  assert.match(refused[0].sentence, /not deleted/u);
});

test("what is being deleted when the page goes is handed over once", async () => {
  const { clock, deeds, asked, state } = setUp();
  deeds.remove(state.message);
  assert.deepEqual(deeds.flush().map((each) => each.id), ["m1"]);
  assert.deepEqual(deeds.flush(), []);
  await clock.pass(UNDO_WITHIN);
  assert.equal(asked.length, 0);
});

test("on and off in quick succession ends as the last of them, whatever is answered first", async () => {
  const { deeds, asked, state, seen } = setUp();
  void deeds.react(state.message, "👍", true);
  void deeds.react(state.message, "👍", false);
  assert.deepEqual(seen().reactions, []);
  asked[0].resolve({ ok: true, data: { message: message(1, ada, { reactions: [{ emoji: "👍", count: 1, user_ids: ["ada"] }] }) } });
  await settled();
  assert.deepEqual(seen().reactions, []);
  asked[1].resolve({ ok: true, data: { message: message(1, ada) } });
  await settled();
  assert.deepEqual(seen().reactions, []);
});

test("a reaction is added to those of others, once, and goes alone", () => {
  const others = message(1, bob, { reactions: [{ emoji: "👍", count: 2, user_ids: ["bob", "eve"] }] });
  const on = reacted("👍", "ada", true)(others);
  assert.deepEqual(on.reactions, [{ emoji: "👍", count: 3, user_ids: ["bob", "eve", "ada"] }]);
  assert.equal(reacted("👍", "ada", true)(on), on);
  assert.deepEqual(reacted("👍", "ada", false)(on).reactions, others.reactions);
  assert.equal(reacted("🎉", "ada", false)(others), others);
});

test("a message that isn't guessed about is itself, and a guessed one is made once", () => {
  const guesses = new Guesses();
  const said = message(1);
  assert.equal(guesses.seen(said), said);
  guesses.set("m1", "pin", (seen) => ({ ...seen, pinned: true }));
  assert.equal(guesses.seen(said), guesses.seen(said));
  assert.equal(guesses.seen(said).pinned, true);
  assert.equal(guesses.seen(message(2)).pinned, false);
});

test("nothing is guessed about a message that is deleted", () => {
  const guesses = new Guesses();
  guesses.set("m1", "edit", (seen) => ({ ...seen, text: "back?" }));
  const gone = message(1, ada, { text: "", deleted_at: "2026-11-22T15:00:00.000Z" });
  assert.equal(guesses.seen(gone), gone);
});
