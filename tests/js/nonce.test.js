import assert from "node:assert/strict";
import { test } from "node:test";

import { nonce } from "../../static/js/nonce.js";

test("a nonce is a version 7 UUID, and never the same one", () => {
  const made = Array.from({ length: 1000 }, () => nonce());
  for (const one of made) assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u);
  assert.equal(new Set(made).size, made.length);
});

test("it begins with its time, so what is said later stands after it", () => {
  const at = Date.UTC(2026, 10, 22, 15, 1, 49, 450);
  assert.equal(parseInt(nonce(globalThis.crypto, at).replaceAll("-", "").slice(0, 12), 16), at);
  const times = [0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 40, at, at + 1];
  const made = times.map((time) => nonce(globalThis.crypto, time));
  assert.deepEqual(made, made.toSorted());
});
