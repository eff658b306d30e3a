/** `@name` in a text: finding it, and completing it while it is typed. */

/**
 * @typedef {import("./types").Member} Member
 * @typedef {{name: string, label: string, user: import("./types").User | null}} Choice `user` is null for the whole room
 */

/** So many are offered at once. */
const CHOICES = 8;

const TYPED = /(?:^|[^\p{L}\p{N}\p{M}_@/])@([\p{L}\p{N}\p{M}_.-]{0,32})$/u;

/**
 * The name that is being typed at the caret, or null.
 *
 * @param {string} text
 * @param {number} caret
 * @returns {{start: number, typed: string} | null} `start`: where the `@` is
 */
export function typedAt(text, caret) {
  const typed = TYPED.exec(text.slice(0, caret))?.[1];
  return typed === undefined ? null : { start: caret - typed.length - 1, typed };
}

/**
 * Who may be meant, the likeliest first: names that begin so, then words in them that do, then names that contain it.
 *
 * @param {string} typed
 * @param {Member[]} members those who are here first
 * @param {{me: string, mayCallAll: boolean}} asker
 * @returns {Choice[]}
 */
export function choices(typed, members, { me, mayCallAll }) {
  const wanted = plain(typed);
  const people = members
    .filter(({ user }) => user.id !== me)
    .map(({ user }) => ({ choice: { name: user.username, label: user.display_name, user }, rank: rank(wanted, user) }));
  const all = { choice: { name: "room", label: "Everybody in this room", user: null }, rank: "room".startsWith(wanted) ? 1.5 : -1 };
  return [...people, ...(mayCallAll ? [all] : [])]
    .filter((each) => each.rank >= 0)
    .sort((one, other) => one.rank - other.rank)
    .slice(0, CHOICES)
    .map((each) => each.choice);
}

/**
 * The text with a name in the place of what was typed of it, and where the caret goes.
 *
 * @param {string} text
 * @param {{start: number, typed: string}} place
 * @param {string} name
 */
export function completed(text, { start, typed }, name) {
  const rest = text.slice(start + 1 + typed.length);
  const put = `@${name}${/^\s/u.test(rest) ? "" : " "}`;
  return { text: text.slice(0, start) + put + rest, caret: start + put.length + (put.endsWith(" ") ? 0 : 1) };
}

/** Names are compared without regard to case and form. @param {string} name */
export function folded(name) {
  return name.normalize("NFKC").toLocaleLowerCase("en");
}

/** What is looked for is compared more freely: by its letters without their marks. @param {string} text */
export function plain(text) {
  return folded(text).normalize("NFD").replace(/\p{M}+/gu, "");
}

/**
 * @param {string} wanted
 * @param {import("./types").User} user
 * @returns {number} the smaller the likelier; -1 when it can't be meant
 */
function rank(wanted, user) {
  const names = [plain(user.username), plain(user.display_name)];
  if (names.some((name) => name.startsWith(wanted))) return 1;
  if (names.some((name) => name.split(/[\s._-]+/u).some((word) => word.startsWith(wanted)))) return 2;
  return names.some((name) => name.includes(wanted)) ? 3 : -1;
}
