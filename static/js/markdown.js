/** What people write, read as Markdown into a small tree. Gives kinds and texts, never markup: who draws makes nodes. */

import * as links from "./links.js";

/**
 * @typedef {{kind: "text", text: string} | {kind: "code", text: string}
 *   | {kind: "strong" | "emphasis" | "strike", children: Inline[]}
 *   | {kind: "link", href: string, children: Inline[]}
 *   | {kind: "mention", name: string}} Inline
 * @typedef {{kind: "paragraph", children: Inline[]} | {kind: "quote", children: Block[]}
 *   | {kind: "code", text: string, language: string}
 *   | {kind: "list", ordered: boolean, start: number, items: Block[][]}} Block
 *
 * What of markdown-it is used. Its types come with it; these are the few fields that are read here.
 * @typedef {{type: string, tag: string, content: string, info: string, level: number, hidden: boolean,
 *   children: Token[] | null, attrGet: (name: string) => string | null, meta: any}} Token
 */

/** Deeper than this nobody quotes a quote; what is nested deeper is shown as it was typed. */
const MAX_NESTING = 24;

/** A text with more signs than this isn't prose, and reading it as Markdown could take long: it is shown as typed. */
const MAX_SIGNS = 1500;
const SIGNS = /[*_~`[\]\\<>!&]/gu;

/** Something in the text may mean more than itself. Most of what people say has nothing of that. */
const MARKED = /[*_~`[\]\\<@]|^\s*(?:>|[-+]\s|\d{1,9}[.)]\s)/mu;

/** What of Markdown is left out: what a message has no use for, or would show other than it was typed. */
const LEFT_OUT = ["heading", "lheading", "hr", "table", "html_block", "reference", "entity", "html_inline"];

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}_.-]{0,31}/u;
const BEFORE_NAME = /[\p{L}\p{N}\p{M}_@/]$/u;

export class Markdown {
  #parser;

  /**
   * @param {any} MarkdownIt the class of markdown-it; an argument, because Node and browsers find it in two places
   */
  constructor(MarkdownIt) {
    const parser = new MarkdownIt("default", { html: false, linkify: false, breaks: false, maxNesting: MAX_NESTING });
    parser.disable(LEFT_OUT);
    // Indented code is a trap for who only wanted a space; fences say what they mean.
    parser.disable("code");
    parser.validateLink = (/** @type {string} */ url) => links.safe(url) !== null;
    parser.normalizeLink = (/** @type {string} */ url) => url;
    parser.inline.ruler.before("newline", "address", address);
    parser.inline.ruler.before("newline", "mention", mention);
    this.#parser = parser;
  }

  /**
   * Read a message. Whatever can't be read is a paragraph of plain text: nothing that was written is ever left out.
   *
   * @param {string} text
   * @returns {Block[]}
   */
  read(text) {
    if (isPlain(text)) return plain(text);
    /** @type {Token[]} */
    const tokens = this.#parser.parse(text, {});
    if (tokens.some((token) => token.level >= MAX_NESTING - 1)) return plain(text);
    return blocks(tokens[Symbol.iterator](), "");
  }
}

/**
 * Only the words of what was read, on one line: for where there is no room for more.
 *
 * @param {(Block | Inline)[]} nodes
 * @returns {string}
 */
export function words(nodes) {
  return nodes.map(wordsOf).join("").replace(/\s+/gu, " ").trim();
}

/** @param {Block | Inline} node @returns {string} */
function wordsOf(node) {
  if ("text" in node) return "language" in node ? `${node.text} ` : node.text;
  if (node.kind === "mention") return `@${node.name}`;
  if (node.kind === "list") return node.items.map((item) => `${words(item)} `).join("");
  return node.children.map(wordsOf).join("") + (node.kind === "paragraph" ? " " : "");
}

/** @param {string} text */
function isPlain(text) {
  return !MARKED.test(text) || (text.match(SIGNS)?.length ?? 0) > MAX_SIGNS;
}

/**
 * The text as it was typed, with its addresses as links.
 *
 * @param {string} text
 * @returns {Block[]}
 */
export function plain(text) {
  return [{ kind: "paragraph", children: linked(text) }];
}

/**
 * Blocks up to the token that closes them.
 *
 * @param {Iterator<Token>} tokens
 * @param {string} end
 * @returns {Block[]}
 */
function blocks(tokens, end) {
  /** @type {Block[]} */
  const found = [];
  for (let { value: token, done } = tokens.next(); !done && token.type !== end; { value: token, done } = tokens.next()) {
    if (token.type === "inline") found.push({ kind: "paragraph", children: inlines(token.children ?? []) });
    if (token.type === "fence") found.push({ kind: "code", text: ending(token.content), language: language(token.info) });
    if (token.type === "blockquote_open") found.push({ kind: "quote", children: blocks(tokens, "blockquote_close") });
    if (token.type === "bullet_list_open") found.push(list(tokens, "bullet_list_close", false, 1));
    if (token.type === "ordered_list_open") {
      found.push(list(tokens, "ordered_list_close", true, Number(token.attrGet("start") ?? 1)));
    }
  }
  return found;
}

/**
 * @param {Iterator<Token>} tokens
 * @param {string} end
 * @param {boolean} ordered
 * @param {number} start the first number
 * @returns {Block}
 */
function list(tokens, end, ordered, start) {
  /** @type {Block[][]} */
  const items = [];
  for (let { value: token, done } = tokens.next(); !done && token.type !== end; { value: token, done } = tokens.next()) {
    if (token.type === "list_item_open") items.push(blocks(tokens, "list_item_close"));
  }
  return { kind: "list", ordered, start, items };
}

/** @type {Record<string, "strong" | "emphasis" | "strike">} */
const SPANS = { strong_open: "strong", em_open: "emphasis", s_open: "strike" };

/**
 * @param {Token[]} tokens
 * @returns {Inline[]}
 */
function inlines(tokens) {
  /** @type {Inline[][]} the innermost last */
  const open = [[]];
  let inLink = false;
  const add = (/** @type {Inline[]} */ ...some) => open[open.length - 1].push(...some);
  const begin = (/** @type {Inline & {children: Inline[]}} */ span) => {
    add(span);
    open.push(span.children);
  };
  for (const token of tokens) {
    if (token.type.startsWith("link_")) inLink = token.type === "link_open";
    if (token.type in SPANS) begin({ kind: SPANS[token.type], children: [] });
    else if (token.type === "link_open") begin({ kind: "link", href: links.safe(token.attrGet("href") ?? "") ?? "", children: [] });
    else if (token.type.endsWith("_close")) open.pop();
    else if (token.type === "code_inline") add({ kind: "code", text: token.content });
    else if (token.type === "softbreak" || token.type === "hardbreak") add({ kind: "text", text: "\n" });
    else if (token.type === "mention") add({ kind: "mention", name: token.content });
    else if (token.type === "address") add({ kind: "link", href: token.meta, children: [{ kind: "text", text: token.content }] });
    else if (token.type === "image") add(picture(token));
    // Within a link an address is a part of its words.
    else add(...(inLink ? [asText(token.content)] : linked(token.content)));
  }
  return merged(open[0]);
}

/** Pictures are not fetched, since fetching tells who reads: they are links. @param {Token} token @returns {Inline} */
function picture(token) {
  const href = links.safe(token.attrGet("src") ?? "") ?? "";
  return { kind: "link", href, children: [asText(token.content || href)] };
}

/** @param {string} text @returns {Inline} */
function asText(text) {
  return { kind: "text", text };
}

/** @param {string} text @returns {Inline[]} */
function linked(text) {
  return links
    .tokens(text)
    .map((token) => (token.kind === "link" ? { kind: "link", href: token.href, children: [asText(token.text)] } : token));
}

/** Neighbouring texts as one. @param {Inline[]} all @returns {Inline[]} */
function merged(all) {
  /** @type {Inline[]} */
  const found = [];
  for (const each of all) {
    const last = found[found.length - 1];
    if (each.kind === "text" && last?.kind === "text") found[found.length - 1] = asText(last.text + each.text);
    else found.push("children" in each ? { ...each, children: merged(each.children) } : each);
  }
  return found;
}

/**
 * An inline rule of markdown-it: an address in the open is one thing, whatever signs it holds.
 *
 * @param {any} state
 * @param {boolean} silent
 */
function address(state, silent) {
  if (state.src.charCodeAt(state.pos) !== 0x3a || state.linkLevel > 0) return false;
  const scheme = /(?:^|[^\p{L}\p{N}])(https?|mailto)$/iu.exec(state.pending)?.[1];
  if (!scheme) return false;
  const start = state.pos - scheme.length;
  const found = links.at(state.src.slice(0, state.posMax), start);
  if (!found) return false;
  if (!silent) {
    state.pending = state.pending.slice(0, -scheme.length);
    const token = state.push("address", "", 0);
    token.content = found.text;
    token.meta = found.href;
  }
  state.pos = start + found.text.length;
  return true;
}

/**
 * An inline rule of markdown-it: `@name`. Whether somebody is called so is for the one who draws it.
 *
 * @param {any} state
 * @param {boolean} silent
 */
function mention(state, silent) {
  if (state.src.charCodeAt(state.pos) !== 0x40 || state.linkLevel > 0 || BEFORE_NAME.test(state.pending)) return false;
  const found = NAME.exec(state.src.slice(state.pos + 1, Math.min(state.posMax, state.pos + 33)));
  if (!found) return false;
  if (!silent) state.push("mention", "", 0).content = found[0];
  state.pos += 1 + found[0].length;
  return true;
}

/** The newline before the closing fence isn't the code's. @param {string} text */
function ending(text) {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}

/** The first word after the fence. @param {string} info */
function language(info) {
  return info.trim().split(/[\s,{]/u, 1)[0].toLowerCase();
}
