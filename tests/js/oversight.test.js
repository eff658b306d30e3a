// What waits for an answer: told live by passing facts, asked for where those may have been missed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Oversight } from "../../static/js/oversight.js";
import { bob, eve, settled } from "./cast.js";

function knock(id, user, minute, state = "waiting") {
  return { id, room_id: "garden", user, link: null, created_at: `2026-11-22T12:0${minute}:00.000Z`, state };
}

function watched(options = {}) {
  const heard = [];
  const oversight = new Oversight({
    knocks: async () => ({ items: [] }),
    reports: async () => ({ items: [] }),
    mine: () => true,
    onChanged: (roomId) => heard.push(`changed ${roomId}`),
    onKnock: ({ id }) => heard.push(`knock ${id}`),
    onReport: (roomId) => heard.push(`report ${roomId}`),
    ...options,
  });
  return { oversight, heard };
}

const ids = (oversight) => oversight.knocks("garden").map(({ id }) => id);

test("who waits longest comes first, and who is answered is gone", () => {
  const { oversight, heard } = watched();
  oversight.knockChanged(knock("k2", bob, 2));
  oversight.knockChanged(knock("k1", eve, 1));
  assert.deepEqual(ids(oversight), ["k1", "k2"]);
  oversight.knockChanged(knock("k1", eve, 1, "approved"));
  oversight.knockChanged(knock("k2", bob, 2, "denied"));
  assert.deepEqual(ids(oversight), []);
  assert.equal(oversight.waits("garden"), false);
  assert.deepEqual(heard.filter((each) => each.startsWith("knock")), ["knock k2", "knock k1"]);
});

test("what is told twice is news once", () => {
  const { oversight, heard } = watched();
  oversight.knockChanged(knock("k1", bob, 1));
  oversight.knockChanged(knock("k1", bob, 1));
  oversight.reportChanged({ room_id: "garden", report_id: "r1", open: true });
  oversight.reportChanged({ room_id: "garden", report_id: "r1", open: true });
  assert.deepEqual(ids(oversight), ["k1"]);
  assert.equal(oversight.reports("garden"), 1);
  assert.deepEqual(heard.filter((each) => !each.startsWith("changed")), ["knock k1", "report garden"]);
});

test("what was told while the answer was on its way is not undone by it", async () => {
  const answers = [];
  const { oversight } = watched({ knocks: () => new Promise((resolve) => answers.push(resolve)) });
  const looked = oversight.look("garden");
  oversight.knockChanged(knock("k1", bob, 1));
  answers.shift()({ items: [] });
  await settled();
  assert.deepEqual(ids(oversight), ["k1"]);
  answers.shift()({ items: [knock("k1", bob, 1)] });
  await looked;
  assert.deepEqual(ids(oversight), ["k1"]);
});

test("what is asked for is no news", async () => {
  const { oversight, heard } = watched({
    knocks: async () => ({ items: [knock("k2", bob, 2), knock("k1", eve, 1)] }),
    reports: async () => ({ items: [{ id: "r1" }] }),
  });
  await oversight.lookAll(["garden"]);
  assert.deepEqual(ids(oversight), ["k1", "k2"]);
  assert.equal(oversight.reports("garden"), 1);
  assert.deepEqual(heard, ["changed garden"]);
});

test("one answer closes all reports of a message, so the others are asked for", async () => {
  const { oversight } = watched();
  for (const report_id of ["r1", "r2"]) oversight.reportChanged({ room_id: "garden", report_id, open: true });
  oversight.reportChanged({ room_id: "garden", report_id: "r1", open: false });
  await settled();
  assert.equal(oversight.reports("garden"), 0);
});

test("where I look after nothing, nothing is asked and nothing waits", async () => {
  let mine = true;
  let asked = 0;
  const { oversight } = watched({
    mine: () => mine,
    knocks: async () => {
      asked += 1;
      return { items: [knock("k1", bob, 1)] };
    },
  });
  await oversight.look("garden");
  assert.equal(oversight.waits("garden"), true);
  mine = false;
  await oversight.look("garden");
  assert.equal(oversight.waits("garden"), false);
  assert.equal(asked, 1);
});

test("an answer that doesn't come changes nothing", async () => {
  const { oversight } = watched({ reports: () => Promise.reject(new Error("unreached")) });
  oversight.knockChanged(knock("k1", bob, 1));
  await oversight.look("garden");
  assert.deepEqual(ids(oversight), ["k1"]);
});
