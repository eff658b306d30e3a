import assert from "node:assert/strict";
import { test } from "node:test";

import { Announcer, EXPIRY, sentence, Typists } from "../../static/js/typing.js";
import { ada, bob, eve, person } from "./cast.js";

test("a typist who isn't heard again is forgotten after six seconds", () => {
  const typists = new Typists();
  typists.heard(ada, true, 0);
  assert.deepEqual(typists.current(EXPIRY - 1), [ada]);
  assert.equal(typists.nextExpiry(1000), EXPIRY - 1000);
  assert.deepEqual(typists.current(EXPIRY), []);
  assert.equal(typists.nextExpiry(EXPIRY), null);
});

test("who says so again stays, who stops or sends is gone at once", () => {
  const typists = new Typists();
  typists.heard(ada, true, 0);
  typists.heard(bob, true, 0);
  typists.heard(eve, true, 0);
  typists.heard(ada, true, 4000);
  typists.heard(bob, false, 4000);
  typists.forget(eve.id);
  assert.deepEqual(typists.current(8000), [ada]);
});

test("they are named as people would name them", () => {
  assert.equal(sentence([]), "");
  assert.equal(sentence([ada]), "Ada is typing");
  assert.equal(sentence([ada, bob]), "Ada and Bob are typing");
  assert.equal(sentence([ada, bob, eve]), "Ada, Bob and Eve are typing");
  assert.equal(sentence([ada, bob, eve, person("x", "X")]), "Several people are typing");
});

function announcer() {
  const said = [];
  return { said, announcer: new Announcer((typing) => said.push(typing)) };
}

test("typing is announced at the first key and then every three seconds", () => {
  const { said, announcer: me } = announcer();
  for (let now = 0; now < 7000; now += 100) me.keystroke(true, now);
  assert.deepEqual(said, [true, true, true]);
});

test("emptying the box says that I stopped, once", () => {
  const { said, announcer: me } = announcer();
  me.keystroke(true, 0);
  me.keystroke(false, 100);
  me.stop();
  assert.deepEqual(said, [true, false]);
});

test("sending needs no word, and the next key is announced at once", () => {
  const { said, announcer: me } = announcer();
  me.keystroke(true, 0);
  me.sent();
  me.stop();
  me.keystroke(true, 200);
  assert.deepEqual(said, [true, true]);
});
