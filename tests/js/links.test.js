import assert from "node:assert/strict";
import { test } from "node:test";

import { tokens } from "../../static/js/links.js";
import { chance } from "./cast.js";

const hrefs = (text) => tokens(text).filter((token) => token.kind === "link").map((token) => token.href);
const shown = (text) => tokens(text).filter((token) => token.kind === "link").map((token) => token.text);

const FOUND = [
  ["see https://example.org/a?b=c#d now", "https://example.org/a?b=c#d"],
  ["http://localhost:5000/rooms/1", "http://localhost:5000/rooms/1"],
  ["(https://example.org/)", "https://example.org/"],
  ["https://example.org.", "https://example.org"],
  ["https://example.org/a, and", "https://example.org/a"],
  ["https://en.wikipedia.org/wiki/Parlor_(room)", "https://en.wikipedia.org/wiki/Parlor_(room)"],
  ["(see https://en.wikipedia.org/wiki/Parlor_(room))", "https://en.wikipedia.org/wiki/Parlor_(room)"],
  ["“https://example.org/q”", "https://example.org/q"],
  ["what? https://example.org/really?!", "https://example.org/really"],
  ["www.example.org/tea", "www.example.org/tea"],
  ["HTTPS://EXAMPLE.ORG/Case", "HTTPS://EXAMPLE.ORG/Case"],
  ["https://пример.рф/чай", "https://пример.рф/чай"],
  ["mailto:ada@example.org", "mailto:ada@example.org"],
  ["https://example.org/。", "https://example.org/"],
  ["https://[::1]:5000/x", "https://[::1]:5000/x"],
];

for (const [text, link] of FOUND) {
  test(`finds the address in: ${text}`, () => assert.deepEqual(shown(text), [link]));
}

const REFUSED = [
  "javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:x",
  "file:///etc/passwd",
  "ftp://example.org",
  "https://",
  "http://?",
  "https://example.org@evil.test/",
  "https://user:pass@example.org/",
  "mailto:",
  "mailto:nobody",
  "www.",
  "www.x",
  "xhttps://example.org",
  "https:example.org",
  "no address here",
];

for (const text of REFUSED) {
  test(`makes no link of: ${text}`, () => assert.deepEqual(hrefs(text), []));
}

test("only http, https and mailto ever come out, whatever goes in", () => {
  const pieces = ["http://", "https://", "javascript:", "www.", "mailto:", "a", ".", "@", "(", ")", "[", "]", " ", "\u202e", "/", "?", "\n", "é", "😀", ":", "%", "#", "\\", "data:"];
  for (let seed = 1; seed <= 2000; seed += 1) {
    const random = chance(seed);
    const text = Array.from({ length: 30 }, () => pieces[Math.floor(random() * pieces.length)]).join("");
    const found = tokens(text);
    assert.equal(found.map((token) => token.text).join(""), text, `seed ${seed}`);
    for (const href of hrefs(text)) assert.match(href, /^(https?:\/\/|mailto:)/u, `seed ${seed}`);
  }
});

test("direction marks end an address, so that none can be shown backwards", () => {
  assert.deepEqual(shown("https://example.org/\u202efdp.exe"), ["https://example.org/"]);
});

test("several addresses in one text are all found", () => {
  assert.equal(shown("https://a.example https://b.example,https://c.example").length, 2);
  assert.equal(shown("https://a.example\nhttps://b.example").length, 2);
});

for (const evil of ["(", "http://", "http://(", "www.", "https://a.example/" + ")", "mailto:@", "http://a]"]) {
  test(`a text of 200,000 times ${evil} takes no time to speak of`, () => {
    const began = performance.now();
    tokens(evil.repeat(Math.ceil(200_000 / evil.length)));
    assert.ok(performance.now() - began < 1500);
  });
}
