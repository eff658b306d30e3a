import assert from "node:assert/strict";
import { test } from "node:test";

import { nonce } from "../../static/js/nonce.js";

test("a nonce is a version 4 UUID, and never the same one", () => {
  const made = Array.from({ length: 1000 }, () => nonce());
  for (const one of made) assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u);
  assert.equal(new Set(made).size, made.length);
});
