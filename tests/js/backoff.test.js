import assert from "node:assert/strict";
import { test } from "node:test";

import * as backoff from "../../static/js/backoff.js";
import { chance } from "./cast.js";

test("the ceiling doubles with each attempt and stops at the cap", () => {
  const ceilings = [0, 1, 2, 3, 4, 5, 6, 60].map((attempt) => backoff.delay(attempt, { random: () => 1 }));
  assert.deepEqual(ceilings, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test("delays are spread over the whole range, so that browsers don't come back together", () => {
  const random = chance(7);
  const delays = Array.from({ length: 1000 }, () => backoff.delay(10, { floor: 1000, random }));
  assert.ok(Math.min(...delays) >= 1000 && Math.min(...delays) < 2000);
  assert.ok(Math.max(...delays) <= 30_000 && Math.max(...delays) > 29_000);
});

test("the server's word is never undercut", () => {
  for (const luck of [0, 0.5, 1]) assert.ok(backoff.after(5, () => luck) >= 5000);
  assert.ok(backoff.after(5, () => 1) < 7000);
});
