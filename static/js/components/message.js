/** Fills one message's element, whatever it is: history, live, or written here and not confirmed yet. */

import * as avatar from "../avatar.js";
import { find, piece } from "../dom.js";
import * as times from "../times.js";
import * as messageText from "./message_text.js";

/**
 * @typedef {import("../types").Row & {kind: "message"}} MessageRow
 * @typedef {import("../types").User} User
 * @typedef {import("../types").Problem} Problem
 */

/**
 * @typedef {object} Ways what the list is told to do with a message
 * @property {(author: User | null) => string} name
 * @property {(nonce: string) => void} onRetry
 * @property {(nonce: string) => void} onEdit
 * @property {(nonce: string) => void} onDiscard
 */

/** What a refusal means for the one who wrote it, where the server's own words are too general. */
const REASONS = /** @type {Record<string, string>} */ ({
  not_found: "You are no longer in this room.",
  conflict: "Something else was sent in its place.",
  internal: "The server stumbled over it, again and again.",
});

/** @returns {HTMLElement} */
export function create() {
  return piece("message-piece");
}

/**
 * @param {HTMLElement} element
 * @param {MessageRow} row
 * @param {Ways} ways
 */
export function fill(element, row, ways) {
  const { message, pending, first, mine } = row;
  element.className = "message";
  element.classList.toggle("message--first", first);
  element.classList.toggle("message--mine", mine);
  element.classList.toggle("message--waiting", pending?.state === "waiting");
  element.classList.toggle("message--failed", pending?.state === "failed");
  element.dataset.seq = pending ? "" : String(message.seq);
  fillHead(element, row, ways.name(message.author));
  fillText(find(element, ".message__text"), row);
  fillState(find(element, ".message__state"), row, ways);
}

/**
 * @param {HTMLElement} element
 * @param {MessageRow} row
 * @param {string} name
 */
function fillHead(element, { message, first }, name) {
  const picture = find(element, ".message__avatar");
  picture.hidden = !first;
  picture.textContent = message.author ? avatar.initials(name) : "";
  picture.className = `message__avatar avatar avatar--${message.author ? avatar.hue(message.author.id) : "nobody"}`;
  const author = find(element, ".message__author");
  author.textContent = name;
  // Who sees the page sees whom a message belongs to; who hears it has to be told each time.
  author.classList.toggle("visually-hidden", !first);
  const time = find(element, ".message__time");
  time.setAttribute("datetime", message.created_at);
  time.textContent = times.clock(message.created_at);
  time.title = times.exact(message.created_at);
}

/**
 * @param {HTMLElement} paragraph
 * @param {MessageRow} row
 */
function fillText(paragraph, { message }) {
  paragraph.classList.toggle("message__text--gone", Boolean(message.deleted_at));
  paragraph.classList.toggle("message__text--emoji", messageText.isEmoji(message.text));
  if (message.deleted_at) return paragraph.replaceChildren("This message was deleted.");
  paragraph.replaceChildren(...messageText.nodes(message.text));
  if (!message.edited_at) return;
  const mark = document.createElement("span");
  mark.className = "message__edited";
  mark.textContent = " (edited)";
  mark.title = `Edited ${times.exact(message.edited_at)}`;
  paragraph.append(mark);
}

/**
 * @param {HTMLElement} line
 * @param {MessageRow} row
 * @param {Ways} ways
 */
function fillState(line, { pending }, ways) {
  line.hidden = !pending;
  if (!pending) return line.replaceChildren();
  if (pending.state === "waiting") return line.replaceChildren(...waits());
  const failed = piece("failed-piece");
  find(failed, ".failed__reason").textContent = `Not sent. ${reason(pending.error)}`;
  /** @param {string} name @param {(nonce: string) => void} act */
  const way = (name, act) => find(failed, `[data-do=${name}]`).addEventListener("click", () => act(pending.nonce));
  way("retry", ways.onRetry);
  way("edit", ways.onEdit);
  way("discard", ways.onDiscard);
  line.replaceChildren(failed);
}

/** Both are there; the style sheet shows the one that is true of the line at the moment. */
function waits() {
  return [["waits-short", "Sending…"], ["waits-long", "Goes out when you’re back"]].map(([kind, text]) => {
    const span = document.createElement("span");
    span.className = kind;
    span.textContent = text;
    return span;
  });
}

/** @param {Problem | null | undefined} error */
function reason(error) {
  if (!error) return "";
  return REASONS[error.code] ?? error.errors?.[0]?.message ?? error.detail ?? error.title;
}
