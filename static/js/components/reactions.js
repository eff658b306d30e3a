/** What people put under a message: each emoji once, with how many did and who. */

import { arrange, find, piece } from "../dom.js";

/** @typedef {{emoji: string, count: number, user_ids: string[]}} Reaction */

/**
 * @typedef {object} People who is in the room
 * @property {string} me my user id
 * @property {(id: string) => string | null} name null for who isn't known here
 * @property {() => string} stamp another one when others are in the room
 */

/** So many names are said; the others are counted. */
const NAMED = 12;

/**
 * @param {HTMLElement} list
 * @param {Reaction[]} reactions
 * @param {People} people
 * @param {(emoji: string, on: boolean) => void} onReact
 */
export function fill(list, reactions, people, onReact) {
  list.hidden = reactions.length === 0;
  if (reactions.length === 0 && !list.firstElementChild) return;
  const known = new Map([...list.children].map((each) => [/** @type {HTMLElement} */ (each).dataset.emoji, each]));
  const items = reactions.map((reaction) => {
    const item = /** @type {HTMLElement} */ (known.get(reaction.emoji) ?? piece("reaction-piece"));
    fillOne(item, reaction, people, onReact);
    return item;
  });
  arrange(list, items);
}

/**
 * @param {HTMLElement} item
 * @param {Reaction} reaction
 * @param {People} people
 * @param {(emoji: string, on: boolean) => void} onReact
 */
function fillOne(item, { emoji, count, user_ids }, people, onReact) {
  item.dataset.emoji = emoji;
  const mine = user_ids.includes(people.me);
  const button = /** @type {HTMLButtonElement} */ (find(item, "button"));
  button.setAttribute("aria-pressed", String(mine));
  button.setAttribute("aria-label", `${emoji} ${count}, ${who(user_ids, count, people)}`);
  button.title = who(user_ids, count, people);
  button.onclick = () => onReact(emoji, !mine);
  find(item, ".reaction__emoji").textContent = emoji;
  find(item, ".reaction__count").textContent = String(count);
}

/**
 * @param {string[]} ids
 * @param {number} count
 * @param {People} people
 */
function who(ids, count, people) {
  const others = ids.filter((id) => id !== people.me).map((id) => people.name(id));
  const named = [...(ids.includes(people.me) ? ["You"] : []), ...others.filter((name) => name !== null)].slice(0, NAMED);
  const rest = count - named.length;
  if (rest > 0) named.push(rest === 1 ? "1 other" : `${rest} others`);
  return named.length > 1 ? `${named.slice(0, -1).join(", ")} and ${named.at(-1)}` : (named[0] ?? "Nobody");
}
