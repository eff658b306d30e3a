/** What somebody said, as nodes: text is text, what was read as Markdown has its shape, nothing else comes to life. */

import { words } from "../markdown.js";

/**
 * @typedef {import("../markdown.js").Block} Block
 * @typedef {import("../markdown.js").Inline} Inline
 * @typedef {import("../highlighting.js").Run} Run
 */

/**
 * @typedef {object} Reader what reading takes
 * @property {(text: string) => Block[]} read
 * @property {(name: string) => "me" | "other" | null} called whom a name means in this room; null for nobody
 * @property {(text: string, language: string) => Promise<Run[] | null>} colour
 */

const ONLY_EMOJI = /^(?:\p{RI}\p{RI}|\p{Emoji}(?:\p{EMod}|\uFE0F\u20E3?)?(?:\u200D\p{Emoji}(?:\p{EMod}|\uFE0F)?)*|\s){1,8}$/u;
const TAGS = /** @type {const} */ ({ strong: "strong", emphasis: "em", strike: "s", quote: "blockquote" });

/**
 * @param {string} text
 * @param {Reader} reader
 * @returns {Node[]}
 */
export function nodes(text, reader) {
  const blocks = reader.read(text);
  const [only] = blocks;
  // One paragraph needs no element of its own, and keeps every blank line as it was typed.
  if (blocks.length === 1 && only.kind === "paragraph") return inlineNodes(only.children, reader);
  return blocks.map((block) => blockNode(block, reader));
}

/**
 * The beginning of it in one line, for where there is no room for more.
 *
 * @param {string} text
 * @param {Pick<Reader, "read">} reader
 */
export function line(text, reader) {
  return words(reader.read(text.slice(0, 400))).slice(0, 200);
}

/**
 * A face says more when one can see it: a text of one to three emoji, and nothing beside them, is drawn larger.
 *
 * @param {string} text
 */
export function isEmoji(text) {
  if (text.length > 40 || /[\p{ASCII}]/u.test(text.replace(/\s/gu, ""))) return false;
  const pictures = text.match(/\p{Extended_Pictographic}|\p{RI}\p{RI}/gu)?.length ?? 0;
  return pictures > 0 && ONLY_EMOJI.test(text);
}

/**
 * @param {Block} block
 * @param {Reader} reader
 * @returns {HTMLElement}
 */
function blockNode(block, reader) {
  if (block.kind === "paragraph") return made("p", inlineNodes(block.children, reader));
  if (block.kind === "quote") return made(TAGS.quote, block.children.map((each) => blockNode(each, reader)));
  if (block.kind === "code") return code(block, reader);
  const items = block.items.map((item) => made("li", item.map((each) => blockNode(each, reader))));
  const list = made(block.ordered ? "ol" : "ul", items);
  if (block.ordered && block.start !== 1) list.setAttribute("start", String(block.start));
  return list;
}

/**
 * Plain at once, coloured when its language is there.
 *
 * @param {Block & {kind: "code"}} block
 * @param {Reader} reader
 */
function code({ text, language }, reader) {
  const inside = made("code", [document.createTextNode(text)]);
  const outside = made("pre", [inside], "code");
  // What is too wide is scrolled, also by keys.
  outside.tabIndex = 0;
  outside.dir = "ltr";
  outside.setAttribute("role", "group");
  outside.setAttribute("aria-label", language ? `Code, ${language}` : "Code");
  if (language) void reader.colour(text, language).then((runs) => runs && inside.replaceChildren(...runs.map(run)));
  return outside;
}

/** @param {Run} run */
function run({ text, kind }) {
  return kind ? made("span", [document.createTextNode(text)], `code__${kind}`) : document.createTextNode(text);
}

/**
 * @param {Inline[]} inlines
 * @param {Reader} reader
 * @returns {Node[]}
 */
function inlineNodes(inlines, reader) {
  return inlines.flatMap((inline) => {
    if (inline.kind === "text") return document.createTextNode(inline.text);
    if (inline.kind === "code") return made("code", [document.createTextNode(inline.text)]);
    if (inline.kind === "mention") return mention(inline.name, reader);
    const children = inlineNodes(inline.children, reader);
    return inline.kind === "link" ? link(inline.href, children) : made(TAGS[inline.kind], children);
  });
}

/**
 * A name ends before the punctuation of its sentence, unless somebody is called just so.
 *
 * @param {string} written
 * @param {Reader} reader
 * @returns {Node[]}
 */
function mention(written, { called }) {
  const name = called(written) ? written : written.replace(/[._-]+$/u, "");
  const who = called(name);
  if (!who) return [document.createTextNode(`@${written}`)];
  const marked = made("span", [document.createTextNode(`@${name}`)], `mention mention--${who}`);
  return [marked, document.createTextNode(written.slice(name.length))];
}

/**
 * @param {string} href
 * @param {Node[]} children
 */
function link(href, children) {
  const anchor = made("a", children);
  anchor.setAttribute("href", href);
  anchor.setAttribute("target", "_blank");
  // The room's address must not travel along, and the page that opens gets no hold on this one.
  anchor.setAttribute("rel", "noopener noreferrer nofollow");
  anchor.title = href;
  const place = hidden(anchor.textContent ?? "", href);
  if (place) anchor.append(made("span", [document.createTextNode(` (${place})`)], "message__place"));
  return anchor;
}

/**
 * Where a link leads that says it leads elsewhere; empty for the honest ones.
 *
 * @param {string} words
 * @param {string} href
 */
function hidden(words, href) {
  const said = /(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}/u.exec(words)?.[0].toLowerCase();
  const { host, pathname } = new URL(href);
  const place = host || pathname;
  return said && !place.includes(said.replace(/^www\./u, "")) && !href.includes(words.trim()) ? place : "";
}

/**
 * @param {string} tag
 * @param {Node[]} children
 * @param {string} [className]
 * @returns {HTMLElement}
 */
function made(tag, children, className) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}
