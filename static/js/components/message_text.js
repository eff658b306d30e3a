/** What somebody said, as nodes: text is text, addresses are links, and nothing else comes to life. */

import * as links from "../links.js";

const ONLY_EMOJI = /^(?:\p{RI}\p{RI}|\p{Emoji}(?:\p{EMod}|\uFE0F\u20E3?)?(?:\u200D\p{Emoji}(?:\p{EMod}|\uFE0F)?)*|\s){1,8}$/u;

/**
 * @param {string} text
 * @returns {Node[]}
 */
export function nodes(text) {
  return links.tokens(text).map((token) => (token.kind === "link" ? link(token) : document.createTextNode(token.text)));
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

/** @param {{text: string, href: string}} token */
function link({ text, href }) {
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.target = "_blank";
  // The room's address must not travel along, and the page that opens gets no hold on this one.
  anchor.rel = "noopener noreferrer nofollow";
  anchor.textContent = text;
  return anchor;
}
