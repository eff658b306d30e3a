import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { find, Habits, shown, toned, USUAL } from "../../static/js/emoji.js";
import { fileOf, Highlighting } from "../../static/js/highlighting.js";
import * as mentions from "../../static/js/mentions.js";
import { Notices, want, wanted } from "../../static/js/notices.js";
import { matching } from "../../static/js/palette.js";
import { ada, bob, message, person, posted } from "./cast.js";

const member = (user) => ({ user, role: "member", joined_at: "", online: false });
const people = [ada, bob, person("Bobbie", "Roberta Best"), person("zoe.b", "Zoë")].map(member);
const names = (typed, options) => mentions.choices(typed, people, { me: "ada", mayCallAll: false, ...options }).map((each) => each.name);

class Kept extends Map {
  getItem = (name) => this.get(name) ?? null;
  setItem = (name, value) => this.set(name, value);
  removeItem = (name) => this.delete(name);
}

test("a name is being typed after an @ that begins a word", () => {
  assert.deepEqual(mentions.typedAt("hi @bo", 6), { start: 3, typed: "bo" });
  assert.deepEqual(mentions.typedAt("@", 1), { start: 0, typed: "" });
  assert.deepEqual(mentions.typedAt("(@b later", 3), { start: 1, typed: "b" });
  for (const [text, caret] of [["mail@bo", 7], ["hi @bo there", 12], ["hi", 2], ["@@bo", 4]]) assert.equal(mentions.typedAt(text, caret), null, text);
});

test("who is offered: never oneself, the likeliest first, the whole room to those who may", () => {
  assert.deepEqual(names(""), ["bob", "Bobbie", "zoe.b"]);
  assert.deepEqual(names("BO"), ["bob", "Bobbie"]);
  assert.deepEqual(names("b"), ["bob", "Bobbie", "zoe.b"]);
  assert.deepEqual(names("best"), ["Bobbie"]);
  assert.deepEqual(names("ro"), ["Bobbie"]);
  assert.deepEqual(names("ro", { mayCallAll: true }), ["Bobbie", "room"]);
  assert.deepEqual(names("ada"), []);
});

test("a chosen name takes the place of what was typed, with one space after it", () => {
  const put = (text, caret) => mentions.completed(text, mentions.typedAt(text, caret), "bob");
  assert.deepEqual(put("hi @b", 5), { text: "hi @bob ", caret: 8 });
  assert.deepEqual(put("hi @b there", 5), { text: "hi @bob there", caret: 8 });
});

test("the palette finds by beginnings, by words, and by letters in their order", () => {
  const entries = ["The garden", "Garden party", "Mentions of you"].map((label) => ({ id: label, label, hint: "", kind: "room" }));
  const found = (typed) => matching(entries, typed).map((each) => each.label);
  assert.deepEqual(found(""), ["The garden", "Garden party", "Mentions of you"]);
  assert.deepEqual(found("gard"), ["Garden party", "The garden"]);
  assert.deepEqual(found("gdp"), ["Garden party"]);
  assert.deepEqual(found("nothing such"), []);
});

test("of many rooms the palette begins with a few, so that what can be done is seen below them", () => {
  const rooms = Array.from({ length: 60 }, (_, at) => ({ id: `r${at}`, label: `Room ${at}`, hint: "", kind: "room" }));
  const actions = Array.from({ length: 11 }, (_, at) => ({ id: `a${at}`, label: `Act ${at}`, hint: "", kind: "action" }));
  const offered = matching([...rooms, ...actions], "");
  assert.deepEqual(offered.map((each) => each.id), ["r0", "r1", "r2", "r3", "r4", "r5", ...actions.map((each) => each.id)]);
  assert.equal(matching([...rooms, ...actions], "room 59")[0].id, "r59");
});

test("people and rooms are found by letters without their marks", () => {
  const rooms = ["Büro", "Café Zürich"].map((label) => ({ id: label, label, hint: "", kind: "room" }));
  assert.deepEqual(matching(rooms, "buro").map((each) => each.label), ["Büro"]);
  assert.deepEqual(matching(rooms, "zurich").map((each) => each.label), ["Café Zürich"]);
  assert.deepEqual(matching(rooms, "bü").map((each) => each.label), ["Büro"]);
  const zoe = mentions.choices("zoe", [member(person("z", "Zoë"))], { me: "ada", mayCallAll: false });
  assert.deepEqual(zoe.map((each) => each.name), ["z"]);
});

test("emoji are found by every word typed, in the tone of skin that one has", () => {
  const all = shown(JSON.parse(readFileSync(new URL("../../node_modules/emoji-picker-element-data/en/emojibase/data.json", import.meta.url))));
  assert.ok(all.length > 1500);
  const found = find(all, "thumbs up");
  assert.equal(found[0].annotation, "thumbs up");
  assert.equal(toned(found[0], 5), "👍🏿");
  assert.equal(toned(found[0], 0), found[0].emoji);
  assert.deepEqual(find(all, "  "), []);
  assert.deepEqual(find(all, "qwertyuiop"), []);
});

test("the last used emoji come first, once each, also after a reload; nonsense in the storage is nothing", () => {
  const kept = new Kept();
  const habits = new Habits(kept);
  assert.deepEqual(habits.handful, USUAL);
  for (const emoji of ["🍎", "🎉", "🍎"]) habits.used(emoji);
  habits.tone = 3;
  const again = new Habits(kept);
  assert.deepEqual(again.recent, ["🍎", "🎉"]);
  assert.deepEqual(again.handful.slice(0, 3), ["🍎", "🎉", "👍"]);
  assert.equal(again.tone, 3);
  for (const nonsense of ["{", "3", '[1, {"a": 2}]', "null"]) {
    assert.deepEqual(new Habits(new Kept([["emoji-recent", nonsense], ["emoji-tone", nonsense]])).recent, [], nonsense);
  }
});

test("a language is known by the names that people give it; a strange one is left plain", async () => {
  assert.deepEqual(["py", "js", "html", "c++", "nope", "__proto__"].map(fileOf), ["python", "javascript", "xml", "cpp", null, null]);
  const asked = [];
  const load = (file) => {
    asked.push(file);
    return file === "ruby" ? Promise.reject(new Error("offline")) : import(`@highlightjs/cdn-assets/es/${file === "core" ? "core" : `languages/${file}`}.min.js`).then((found) => found.default);
  };
  const highlighting = new Highlighting(load);
  const runs = await highlighting.runs("def f(): return '<b>'", "py");
  assert.equal(runs.map((run) => run.text).join(""), "def f(): return '<b>'");
  assert.equal(runs[0].kind, "keyword");
  assert.equal(await highlighting.runs("x", "nope"), null);
  assert.equal(await highlighting.runs("x", "rb"), null);
  await highlighting.runs("y", "python");
  assert.deepEqual(asked, ["core", "python", "ruby"]);
});

/** A browser that shows notices, and somebody who looks away. */
function away({ wish = "mentions", permission = "granted", looked = false, level = "everything", once = (what, act) => act() } = {}) {
  const shown = [];
  class Browser {
    static permission = permission;
    constructor(title, options) {
      Object.assign(this, options, { title });
      shown.push(this);
    }
    close() {}
  }
  const kept = new Kept();
  want(kept, wish);
  const opened = [];
  const notices = new Notices({
    me: "ada",
    storage: kept,
    browser: Browser,
    focus: () => {},
    isLookedAt: () => looked,
    callsMe: (said) => said.text.includes("@ada"),
    level: () => level,
    line: (text) => text,
    title: () => "Garden",
    name: (author) => author?.display_name ?? "Nobody",
    onOpen: (roomId, seq) => opened.push([roomId, seq]),
    once,
  });
  return { notices, shown, opened };
}

test("a notice says who called me where, and leads there", () => {
  const { notices, shown, opened } = away();
  notices.hear(posted(1, bob, { text: "hi @ada" }));
  notices.hear(posted(2, bob, { text: "hi all" }));
  assert.deepEqual(shown.map((each) => [each.title, each.body, each.tag]), [["Bob in Garden", "hi @ada", "garden"]]);
  shown[0].onclick();
  assert.deepEqual(opened, [["garden", 1]]);
});

test("what several tabs hear one tells, and aloud, though it stands in the place of the one before", () => {
  const told = new Set();
  const once = (what, act) => told.has(what) || act(told.add(what));
  const tabs = [away({ once }), away({ once })];
  for (const seq of [1, 2]) for (const { notices } of tabs) notices.hear(posted(seq, bob, { text: `@ada ${seq}` }));
  assert.deepEqual(tabs.flatMap(({ shown }) => shown).map(({ body, renotify }) => [body, renotify]), [["@ada 1", true], ["@ada 2", true]]);
});

test("no notice to who looks, who said it, who doesn't want it, or whose browser may not", () => {
  for (const options of [{ looked: true }, { wish: "" }, { permission: "denied" }]) {
    const { notices, shown } = away(options);
    notices.hear(posted(1, bob, { text: "hi @ada" }));
    assert.equal(shown.length, 0, JSON.stringify(options));
  }
  const { notices, shown } = away({ wish: "all" });
  notices.hear(posted(1, ada, { text: "mine" }));
  notices.hear({ ...posted(2, bob), type: "message_edited", message: message(1, bob) });
  notices.hear(posted(3, bob, { text: "anything" }));
  assert.equal(shown.length, 1);
});

test("a room says no more than I want to be told of it, nor than the browser may show", () => {
  const told = { everything: ["hi @ada", "hi all"], mentions: ["hi @ada"], nothing: [] };
  for (const [level, expected] of Object.entries(told)) {
    for (const [wish, most] of [["all", ["hi @ada", "hi all"]], ["mentions", ["hi @ada"]], ["", []]]) {
      const { notices, shown } = away({ wish, level });
      notices.hear(posted(1, bob, { text: "hi @ada" }));
      notices.hear(posted(2, bob, { text: "hi all" }));
      assert.deepEqual(shown.map((each) => each.body), expected.filter((text) => most.includes(text)), `${level} ${wish}`);
    }
  }
});

test("the wish is kept, and nonsense is no wish", () => {
  const kept = new Kept();
  for (const wish of ["all", "mentions", ""]) {
    want(kept, wish);
    assert.equal(wanted(kept), wish);
  }
  assert.equal(wanted(new Kept([["notices", "yes"]])), "");
  assert.equal(wanted(null), "");
});

test("what waits for an answer of mine is told, unless I look or want no notices", () => {
  const { notices, shown } = away({ wish: "mentions" });
  let gone = 0;
  notices.tell("Eve is at the door", "Garden", "knock garden", () => (gone += 1));
  assert.equal(shown.length, 1);
  shown[0].onclick();
  assert.equal(gone, 1);
  for (const options of [{ wish: "" }, { looked: true }]) {
    const other = away(options);
    other.notices.tell("Eve is at the door", "Garden", "knock garden", () => {});
    assert.equal(other.shown.length, 0);
  }
});
