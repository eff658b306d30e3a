import assert from "node:assert/strict";
import { test } from "node:test";

import MarkdownIt from "markdown-it";

import * as links from "../../static/js/links.js";
import { Markdown, plain, words } from "../../static/js/markdown.js";

const markdown = new Markdown(MarkdownIt);

/** The tree as a short text, so that a test can be read. */
function short(nodes) {
  return nodes.map(one).join("");
}

function one(node) {
  if (node.kind === "text") return node.text;
  if (node.kind === "code") return "language" in node ? `<pre ${node.language}:${node.text}>` : `<code ${node.text}>`;
  if (node.kind === "mention") return `<@${node.name}>`;
  if (node.kind === "link") return `<a ${node.href} ${short(node.children)}>`;
  if (node.kind === "list") return `<${node.ordered ? `ol ${node.start}` : "ul"} ${node.items.map(short).join("|")}>`;
  return node.kind === "paragraph" ? `¶${short(node.children)}` : `<${node.kind} ${short(node.children)}>`;
}

function read(text) {
  return short(markdown.read(text));
}

test("emphasis, strong, strikethrough and code", () => {
  assert.equal(read("*a* **b** ~~c~~ `d *e*`"), "¶<emphasis a> <strong b> <strike c> <code d *e*>");
  assert.equal(read("snake_case_name 2*3*4"), "¶snake_case_name 2<emphasis 3>4");
});

test("line breaks are as typed", () => {
  assert.equal(read("one\ntwo *x*"), "¶one\ntwo <emphasis x>");
  assert.equal(read("plain  with   spaces\n\n\nand lines"), "¶plain  with   spaces\n\n\nand lines");
});

test("fenced code keeps its text and its language, and nothing in it means anything", () => {
  assert.equal(read("```Py x\n*a*  @b\n\n<b>\n```"), "<pre py:*a*  @b\n\n<b>>");
  assert.equal(read("```\nopen *to* the end"), "<pre :open *to* the end>");
});

test("quotes and lists, within one another", () => {
  assert.equal(read("> a\n> b\n\nc"), "<quote ¶a\nb>¶c");
  assert.equal(read("- a\n- b\n  1. c"), "<ul ¶a|¶b<ol 1 ¶c>>");
  assert.equal(read("3. x\n4. y"), "<ol 3 ¶x|¶y>");
});

test("what isn't in the subset is what was typed", () => {
  for (const text of ["# no title", "a\n===", "---", "    four spaces", "| a | b |\n|---|---|\n| c | d |", "<b>x</b>", "&amp; &#60;", "[a]: http://a.example"]) {
    assert.equal(markdown.read(text)[0].kind, "paragraph", text);
    assert.equal(markdown.read(text).length, 1, text);
  }
  assert.equal(read("# no *title*"), "¶# no <emphasis title>");
  assert.equal(read("&lt;b&gt; *x*"), "¶&lt;b&gt; <emphasis x>");
});

test("links lead to http, https and mailto, and to nowhere else", () => {
  assert.equal(read("[a *b*](https://a.example/x)"), "¶<a https://a.example/x a <emphasis b>>");
  assert.equal(read("<mailto:a@b.example>"), "¶<a mailto:a@b.example mailto:a@b.example>");
  for (const href of ["javascript:alert(1)", "JaVaScript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "//a.example", "/rooms/x", "x", "&#106;avascript:alert(1)", "java\tscript:alert(1)", "https://good.example@evil.example"]) {
    assert.ok(!read(`[a](${href})`).includes("<a"), href);
  }
});

test("pictures are links, because fetching one tells who reads", () => {
  assert.equal(read("![a cat](https://a.example/cat.png)"), "¶<a https://a.example/cat.png a cat>");
  assert.equal(read("![](https://a.example/cat.png)"), "¶<a https://a.example/cat.png https://a.example/cat.png>");
});

test("an address in the open is whole, whatever signs it holds", () => {
  assert.equal(read("*see* https://a.example/_x_*y*/(z)."), "¶<emphasis see> <a https://a.example/_x_*y*/(z) https://a.example/_x_*y*/(z)>.");
  assert.equal(read("**www.a.example**"), "¶<strong <a https://www.a.example/ www.a.example>>");
  assert.equal(read("`https://a.example`"), "¶<code https://a.example>");
});

test("names after an @, and none within addresses or words", () => {
  assert.equal(read("@ada, (@bob_2) and @Ümit"), "¶<@ada>, (<@bob_2>) and <@Ümit>");
  assert.equal(read("mail@b.example a@b https://a.example/@x @"), "¶mail@b.example a@b <a https://a.example/@x https://a.example/@x> @");
  assert.equal(read("`@ada` [@ada](https://a.example)"), "¶<code @ada> <a https://a.example/ @ada>");
});

test("nothing that was written is ever left out, whatever it is", () => {
  const letters = (text) => text.replace(/[^a-z]/gu, "");
  const said = (nodes) => nodes.map((node) => node.text ?? node.name ?? (node.children ? said(node.children) : node.items.map(said).join(""))).join("");
  for (let depth = 1; depth < 60; depth += 1) {
    for (const text of [`${"> ".repeat(depth)}a\nb`, `${"- ".repeat(depth)}a`, Array.from({ length: depth }, (_, at) => `${" ".repeat(at * 2)}- a`).join("\n")]) {
      assert.equal(letters(said(markdown.read(text))), letters(text), text);
    }
  }
});

test("hostile texts are read in bounded time, or shown as they were typed", () => {
  const size = 16_384;
  const signs = ["[", "*", "> ", ">", "![", "_a ", "`", "~~a", "*a_", "- ", "<a@b", "[a](", "**a **", "\\", "&", "http:", "@a", "||\n", " \n", "www.", "1. ", "```\n", "*a **b "];
  const began = performance.now();
  for (const sign of signs) {
    for (const length of [4000, size]) assert.ok(markdown.read(sign.repeat(Math.ceil(length / sign.length)).slice(0, length)).length > 0, sign);
  }
  // Seconds for all of them together: what isn't bounded takes minutes for one.
  assert.ok(performance.now() - began < 15_000);
  assert.deepEqual(markdown.read("[".repeat(size)), plain("[".repeat(size)));
});

test("in one line there are the words alone", () => {
  assert.equal(words(markdown.read("**Good** [morning](https://a.example), @ada\n\n- one\n- `two`\n\n> three\n\n```\nfour\n```")), "Good morning, @ada one two three four");
  assert.equal(words(markdown.read("a\nb")), "a b");
});

test("an address is found where it begins, and only there", () => {
  assert.deepEqual(links.at("x https://a.example/b, y", 2), { text: "https://a.example/b", href: "https://a.example/b" });
  assert.equal(links.at("x javascript:alert(1)", 2), null);
});
