import assert from "node:assert/strict";
import { test } from "node:test";

import { Conversations } from "../../static/js/conversations.js";
import { Recount } from "../../static/js/recount.js";
import { ada, bob, chance, Clock, message, posted, room } from "./cast.js";

const NOW = Date.parse("2026-11-22T16:00:00.000Z");
const GONE = { text: "", deleted_at: "2026-11-22T16:00:00.000Z" };

function setUp({ rooms = [room()], calls = (said) => said.text.includes("@ada") } = {}) {
  const doubts = [];
  const conversations = new Conversations(ada.id, () => {}, calls, (roomId) => doubts.push(roomId));
  conversations.setRooms(rooms, NOW);
  const counts = () => [conversations.room("garden").unread, conversations.room("garden").mentions];
  return { conversations, doubts, counts };
}

function told(type, seq, of, extra) {
  return { type, room_id: "garden", seq, message: message(of, bob, { version: seq, ...extra }) };
}

test("what the server counted isn't counted again when it is told later", () => {
  const { conversations, counts, doubts } = setUp();
  conversations.hear(posted(1));
  conversations.read("garden", { read_seq: 0, unread: 3, mentions: 0, last_seq: 3 });
  conversations.hear(posted(2));
  conversations.hear(posted(3));
  assert.deepEqual(counts(), [3, 0]);
  conversations.hear(posted(4));
  assert.deepEqual([counts(), doubts], [[4, 0], []]);
});

test("counts from before what was told already are counted again", () => {
  const { conversations, doubts } = setUp();
  conversations.hear(posted(1));
  conversations.hear(posted(2));
  conversations.read("garden", { read_seq: 0, unread: 1, mentions: 0, last_seq: 1 });
  assert.deepEqual(doubts, ["garden"]);
});

test("a tombstone that was told as such is no unread message, and its end takes nothing away", () => {
  const { conversations, counts } = setUp();
  conversations.hear(posted(1));
  conversations.hear(posted(2, bob, { version: 2, ...GONE }));
  conversations.hear(told("message_deleted", 3, 2, GONE));
  assert.deepEqual(counts(), [1, 0]);
});

test("in a room that wasn't opened the server is asked where mentions may have changed, and only there", () => {
  const { conversations, counts, doubts } = setUp({ calls: (said) => (said.text.includes("@room") ? null : said.text.includes("@ada")) });
  conversations.hear(posted(1, bob, { text: "hello" }));
  conversations.hear(told("message_edited", 2, 1, { text: "hello all" }));
  conversations.hear(told("message_edited", 3, 1, { text: "hello @ada" }));
  assert.deepEqual([counts(), doubts.splice(0)], [[1, 1], []]);
  conversations.hear(posted(4, bob, { text: "hello @room" }));
  conversations.hear(told("message_edited", 5, 1, { text: "hello all" }));
  conversations.hear(told("message_deleted", 6, 1, GONE));
  assert.deepEqual(doubts, ["garden", "garden", "garden"]);
  assert.equal(counts()[0], 1);
});

test("what I don't want to be told of is in no title, and mentions alone where I want only those", () => {
  const rooms = ["everything", "mentions", "nothing"].map((level) => room({ id: level, level, unread: 5, mentions: 2 }));
  const { conversations } = setUp({ rooms });
  assert.deepEqual([conversations.unread, conversations.mentions], [7, 4]);
  assert.equal(conversations.isCalledFromElsewhere("everything"), true);
  conversations.setLevel("mentions", "nothing");
  assert.equal(conversations.isCalledFromElsewhere("everything"), false);
  assert.deepEqual([conversations.unread, conversations.mentions], [5, 2]);
  assert.equal(conversations.room("nothing").unread, 5); // the list still shows it
});

test("several doubts are one question, and one that comes later is another", async () => {
  const clock = new Clock();
  const asked = [];
  const recount = new Recount({ ask: async (roomId) => asked.push(roomId), timers: clock, random: () => 0.5 });
  for (const roomId of ["garden", "garden", "attic"]) recount.doubt(roomId);
  assert.deepEqual(asked, []);
  await clock.pass(1000);
  assert.deepEqual(asked, ["garden", "attic"]);
  recount.doubt("garden");
  await clock.pass(1000);
  assert.deepEqual(asked, ["garden", "attic", "garden"]);
});

test("a question that fails raises nothing", async () => {
  const clock = new Clock();
  new Recount({ ask: () => Promise.reject(new Error("closed")), timers: clock }).doubt("garden");
  await clock.pass(1000);
});

/** A server that keeps a room's log, and counts as the real one does. */
class Log {
  said = [];
  facts = [];
  read = 0;

  get seq() {
    return this.facts.length;
  }

  post(text) {
    const said = message(this.seq + 1, bob, { text });
    this.said.push(said);
    this.#tell("message_posted", said);
  }

  change(said, type, extra) {
    Object.assign(said, extra, { version: said.version + 1 });
    this.#tell(type, said);
  }

  /** The facts as they are told: late, a message is told in its present form. */
  told(index) {
    const { said, ...fact } = this.facts[index];
    return { ...fact, message: { ...said } };
  }

  count() {
    const unread = this.said.filter((each) => each.seq > this.read && !each.deleted_at);
    const mentions = unread.filter((each) => each.text.includes("@ada")).length;
    return { read_seq: this.read, unread: unread.length, mentions, last_seq: this.seq };
  }

  #tell(type, said) {
    this.facts.push({ type, room_id: "garden", seq: this.seq + 1, said });
  }
}

/** One thing that happens: said, edited, deleted, read, or read backwards. */
function happen(log, random) {
  const standing = log.said.filter((said) => !said.deleted_at);
  const some = standing[Math.floor(random() * standing.length)];
  const kind = random();
  const text = random() < 0.4 ? "hi @ada" : "hi all";
  if (!some || kind < 0.5) log.post(text);
  else if (kind < 0.7) log.change(some, "message_edited", { text });
  else if (kind < 0.85) log.change(some, "message_deleted", GONE);
  else log.read = Math.floor(random() * (log.seq + 1));
}

for (const isOpened of [true, false]) {
  test(`what is counted here is what the server counts, whatever comes late: ${isOpened ? "opened" : "not opened"}`, () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = chance(seed);
      const log = new Log();
      const { conversations, counts, doubts } = setUp();
      if (isOpened) conversations.timeline("garden").load([], { hasOlder: false });
      let heard = 0;
      for (let step = 0; step < 120; step += 1) {
        const read = log.read;
        happen(log, random);
        // Answers may overtake facts, and facts may come in a bunch.
        if (log.read !== read) conversations.read("garden", { ...log.count(), back: true });
        if (random() < 0.3) continue;
        while (heard < log.seq) conversations.hear(log.told(heard++));
        while (doubts.length) {
          doubts.pop();
          conversations.read("garden", log.count());
        }
        const { unread, mentions } = log.count();
        assert.deepEqual(counts(), [unread, mentions], `seed ${seed}, step ${step}`);
      }
    }
  });
}
