import assert from "node:assert/strict";
import { test } from "node:test";

import { matches, words } from "../../static/js/lookup.js";

test("what is typed is taken apart into small words", () => {
  assert.deepEqual(words("  Post\tMessage "), ["post", "message"]);
  assert.deepEqual(words(" "), []);
});

test("a text is found by all of the words, in any order, and not by some of them", () => {
  assert.equal(matches("post /rooms/{id}/messages", words("message POST")), true);
  assert.equal(matches("post /rooms/{id}/messages", words("message get")), false);
  assert.equal(matches("anything", []), true);
});
