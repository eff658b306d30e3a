/** Finds the links in plain text. Gives tokens, never markup: whoever draws them makes the nodes. */

/**
 * @typedef {{kind: "text", text: string} | {kind: "link", text: string, href: string}} Token
 */

const START = /\b(?:https?:\/\/|mailto:|www\.)/giu;
const STOP = /[\s<>"`\u0000-\u001f\u007f\u00a0\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const TRAILING = new Set([..."!\"'*,.:;?_~|)]}»”’…、。，！？：；」』）】"]);
/** @type {Record<string, string>} */
const OPENER = { ")": "(", "]": "[", "}": "{" };

/** No address is longer than this; what is, is text. It also bounds the work for one address. */
const MAX_LENGTH = 2048;

/**
 * The text in order, cut into plain runs and links. Joined, the tokens are the text again, to the letter.
 *
 * Only http, https and mailto become links, and `www.` counts as https. Punctuation that ends a sentence isn't
 * part of the address; a closing bracket is, when it was opened inside. Runs in linear time whatever it is given.
 *
 * @param {string} text
 * @returns {Token[]}
 */
export function tokens(text) {
  /** @type {Token[]} */
  const found = [];
  let done = 0;
  START.lastIndex = 0;
  for (let match = START.exec(text); match; match = START.exec(text)) {
    const end = addressEnd(text, match.index);
    const address = text.slice(match.index, end);
    const href = safe(address);
    if (!href) {
      // Resume after the whole candidate: nothing in it can begin a better one, and time stays linear.
      START.lastIndex = Math.max(end, START.lastIndex);
      continue;
    }
    if (match.index > done) found.push({ kind: "text", text: text.slice(done, match.index) });
    found.push({ kind: "link", text: address, href });
    done = end;
    START.lastIndex = end;
  }
  if (done < text.length) found.push({ kind: "text", text: text.slice(done) });
  return found;
}

/**
 * The address that begins exactly here, or null.
 *
 * @param {string} text
 * @param {number} start
 * @returns {{text: string, href: string} | null}
 */
export function at(text, start) {
  const address = text.slice(start, addressEnd(text, start));
  const href = safe(address);
  return href === null ? null : { text: address, href };
}

/**
 * Where the address that begins at `start` ends, without the punctuation of the sentence around it.
 *
 * @param {string} text
 * @param {number} start
 */
function addressEnd(text, start) {
  const limit = Math.min(text.length, start + MAX_LENGTH + 1);
  let end = start;
  /** @type {Record<string, number>} */
  const balance = { "(": 0, "[": 0, "{": 0 };
  while (end < limit && !STOP.test(text[end])) {
    const character = text[end];
    if (character in balance) balance[character] += 1;
    else if (character in OPENER) balance[OPENER[character]] -= 1;
    end += 1;
  }
  while (end > start && TRAILING.has(text[end - 1])) {
    const opener = OPENER[text[end - 1]];
    if (opener && balance[opener] >= 0) break;
    if (opener) balance[opener] += 1;
    end -= 1;
  }
  return end;
}

/**
 * A harmless `href`, or null for what only looks like an address.
 *
 * @param {string} address
 */
export function safe(address) {
  if (address.length > MAX_LENGTH) return null;
  const written = /^www\./iu.test(address) ? `https://${address}` : address;
  let url;
  try {
    url = new URL(written);
  } catch {
    return null;
  }
  if (url.protocol === "mailto:") return /^[^@\s]+@[^@\s]+\.[^@\s]+$/u.test(url.pathname) ? url.href : null;
  if (url.protocol !== "http:" && url.protocol !== "https:") return null;
  // A name and password before the host are there to make one address look like another.
  if (url.username || url.password) return null;
  if (/^www\./iu.test(address) && !/^www\.[^.]+\../u.test(url.hostname)) return null;
  return url.hostname ? url.href : null;
}
