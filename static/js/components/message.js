/** Fills one message's element, whatever it is: history, live, or written here and not confirmed yet. */

import * as avatar from "../avatar.js";
import { find, piece } from "../dom.js";
import * as times from "../times.js";
import * as messageText from "./message_text.js";
import * as reactions from "./reactions.js";

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
 * @property {(author: User | null) => messageText.Reader} reader of what somebody said
 * @property {reactions.People} people
 * @property {(seq: number) => void} onQuote to what is answered
 * @property {(seq: number, emoji: string, on: boolean) => void} onReact
 * @property {(messageId: string) => void} onUndo a deletion is taken back
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
  const isFound = element.classList.contains("message--found");
  element.className = "message";
  element.classList.toggle("message--found", isFound);
  element.classList.toggle("message--first", first);
  element.classList.toggle("message--mine", mine);
  element.classList.toggle("message--waiting", pending?.state === "waiting");
  element.classList.toggle("message--failed", pending?.state === "failed");
  element.classList.toggle("message--leaving", Boolean(message.leaving));
  element.dataset.seq = pending ? "" : String(message.seq);
  fillHead(element, row, ways.name(message.author));
  fillQuote(find(element, ".quote"), row, ways);
  const text = find(element, ".message__text");
  fillText(text, row, ways);
  element.classList.toggle("message--calls", !mine && text.querySelector(".mention--me") !== null);
  const chips = message.leaving ? [] : (message.reactions ?? []);
  reactions.fill(find(element, ".reactions"), chips, ways.people, (emoji, on) => ways.onReact(message.seq, emoji, on));
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
  find(element, ".message__pin").hidden = !message.pinned || Boolean(message.deleted_at);
}

/**
 * @param {HTMLElement} quote
 * @param {MessageRow} row
 * @param {Ways} ways
 */
function fillQuote(quote, { message }, ways) {
  const answered = message.deleted_at ? null : message.reply_to;
  quote.hidden = !answered;
  if (!answered) return;
  find(quote, ".quote__author").textContent = ways.name(answered.author);
  find(quote, ".quote__text").textContent = messageText.line(answered.excerpt, ways.reader(null)) || "This message was deleted.";
  quote.onclick = () => ways.onQuote(answered.seq);
}

/**
 * @param {HTMLElement} place
 * @param {MessageRow} row
 * @param {Ways} ways
 */
function fillText(place, { message }, ways) {
  place.classList.toggle("message__text--gone", Boolean(message.deleted_at));
  place.classList.toggle("message__text--emoji", messageText.isEmoji(message.text));
  if (message.deleted_at) return place.replaceChildren("This message was deleted.");
  place.replaceChildren(...messageText.nodes(message.text, ways.reader(message.author)));
  if (!message.edited_at) return;
  const mark = document.createElement("bdi"); // whichever way the text before it was turned
  mark.className = "message__edited";
  mark.textContent = " (edited)";
  mark.title = `Edited ${times.exact(message.edited_at)}`;
  (place.lastElementChild?.tagName === "P" ? place.lastElementChild : place).append(mark);
}

/**
 * @param {HTMLElement} line
 * @param {MessageRow} row
 * @param {Ways} ways
 */
function fillState(line, { message, pending }, ways) {
  line.hidden = !pending && !message.leaving;
  if (message.leaving) return fillLeaving(line, message.id, ways);
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

/**
 * @param {HTMLElement} line
 * @param {string} messageId
 * @param {Ways} ways
 */
function fillLeaving(line, messageId, { onUndo }) {
  const leaving = piece("leaving-piece");
  find(leaving, "button").addEventListener("click", () => onUndo(messageId));
  line.replaceChildren(leaving);
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
