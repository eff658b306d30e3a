import assert from "node:assert/strict";
import { test } from "node:test";

import { Drafts } from "../../static/js/drafts.js";

function storage() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key), kept };
}

test("a draft is kept for its room and its writer only", () => {
  const disk = storage();
  new Drafts(disk, "ada").keep("garden", "half a thought");
  assert.equal(new Drafts(disk, "ada").read("garden"), "half a thought");
  assert.equal(new Drafts(disk, "ada").read("attic"), "");
  assert.equal(new Drafts(disk, "bob").read("garden"), "");
});

test("an empty draft leaves nothing behind", () => {
  const disk = storage();
  const drafts = new Drafts(disk, "ada");
  drafts.keep("garden", "x");
  drafts.keep("garden", "");
  assert.equal(disk.kept.size, 0);
});

test("a browser without storage still lets one type", () => {
  const refuse = () => {
    throw new Error("forbidden");
  };
  const drafts = new Drafts({ getItem: refuse, setItem: refuse, removeItem: refuse }, "ada");
  drafts.keep("garden", "x");
  assert.equal(drafts.read("garden"), "");
  assert.equal(new Drafts(null, "ada").read("garden"), "");
});
