import assert from "node:assert/strict";
import { test } from "node:test";

import { open } from "../../static/js/outbox_store.js";
import { pending } from "./cast.js";

/** localStorage: its keys are properties. */
class Disk {
  getItem(key) {
    return this[key] ?? null;
  }
  setItem(key, value) {
    this[key] = value;
  }
  removeItem(key) {
    delete this[key];
  }
}

/** An IndexedDB that never answers: what every tab meets that closes right after Enter. */
const asleep = { open: () => ({}) };

/** And one that is forbidden, as in some private windows. */
const forbidden = {
  open() {
    const opening = { error: new Error("forbidden") };
    queueMicrotask(() => opening.onerror());
    return opening;
  },
};

function tab(disk, name, indexedDB, userId = "ada") {
  return open({ userId, tab: name, indexedDB, localStorage: disk, locks: undefined, clock: () => 0 });
}

test("what was written is kept before IndexedDB has answered", async () => {
  const disk = new Disk();
  const closed = tab(disk, "closed", asleep);
  for (const name of ["n1", "n2", "n3"]) void closed.put(pending(name));
  const adopted = await tab(disk, "next", forbidden).adopt();
  assert.deepEqual(adopted, ["n1", "n2", "n3"].map((name) => pending(name)));
});

test("a tab takes over each message once, and nobody else's", async () => {
  const disk = new Disk();
  void tab(disk, "closed", asleep).put(pending("n1"));
  void tab(disk, "closed too", asleep, "bob").put(pending("n2"));
  const next = tab(disk, "next", forbidden);
  assert.deepEqual(await next.adopt(), [pending("n1")]);
  assert.deepEqual(await next.adopt(), []);
});

test("a message that the server has is forgotten, a failed one is kept as failed", async () => {
  const disk = new Disk();
  const closed = tab(disk, "closed", forbidden);
  const failed = { ...pending("n2"), state: "failed", error: { code: "invalid" } };
  for (const item of [pending("n1"), pending("n2"), failed]) await assert.rejects(closed.put(item));
  await assert.rejects(closed.remove("n1"));
  assert.deepEqual(await tab(disk, "next", forbidden).adopt(), [failed]);
});
