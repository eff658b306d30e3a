/** The emoji there are, by group and by word, in a person's own tone of skin, and those that they used last. */

/**
 * As emoji-picker-element-data lists them.
 *
 * @typedef {{emoji: string, annotation: string, tags?: string[], shortcodes?: string[], group: number, order: number,
 *   version: number, skins?: {tone: number | number[], emoji: string, version: number}[]}} Emoji
 */

/** Newer ones are a box on most machines. */
const NEWEST_VERSION = 15;
const RECENT = 18;
const FOUND = 60;

/** What most people answer with. Offered until a person has a habit of their own. */
export const USUAL = ["👍", "❤️", "😂", "🎉", "😮", "🙏"];

/** The groups of Unicode, by their numbers; 2 are parts and no emoji of their own. */
export const GROUPS = [
  { group: 0, label: "Faces", sign: "😀" },
  { group: 1, label: "People", sign: "👋" },
  { group: 3, label: "Animals and nature", sign: "🐱" },
  { group: 4, label: "Food and drink", sign: "🍎" },
  { group: 5, label: "Travel and places", sign: "🏠" },
  { group: 6, label: "Activities", sign: "⚽" },
  { group: 7, label: "Objects", sign: "💡" },
  { group: 8, label: "Symbols", sign: "⛔" },
  { group: 9, label: "Flags", sign: "🏁" },
];

/**
 * @param {Emoji[]} all
 * @returns {Emoji[]} those that can be shown
 */
export function shown(all) {
  return all.filter((each) => each.version <= NEWEST_VERSION && GROUPS.some(({ group }) => group === each.group));
}

/**
 * Those that every typed word is about, the nearest first.
 *
 * @param {Emoji[]} all
 * @param {string} typed
 * @returns {Emoji[]}
 */
export function find(all, typed) {
  const words = typed.toLowerCase().split(/[\s_:]+/u).filter(Boolean);
  if (!words.length) return [];
  const named = (/** @type {Emoji} */ each) => each.annotation.toLowerCase().startsWith(words[0]);
  const about = all.filter((each) => {
    const terms = [each.annotation, ...(each.tags ?? []), ...(each.shortcodes ?? [])].join(" ").toLowerCase().split(/[\s_]+/u);
    return words.every((word) => each.emoji === word || terms.some((term) => term.startsWith(word)));
  });
  return about.sort((one, other) => Number(named(other)) - Number(named(one))).slice(0, FOUND);
}

/**
 * One emoji in a tone of skin, 1 (light) to 5 (dark); 0 is none. What has no skin stays as it is.
 *
 * @param {Emoji} emoji
 * @param {number} tone
 */
export function toned(emoji, tone) {
  return emoji.skins?.find((each) => each.tone === tone)?.emoji ?? emoji.emoji;
}

/** The habits of one person, kept in the browser; one that refuses to keep forgets them with the page. */
export class Habits {
  #storage;
  #recent;
  #tone;

  /** @param {Pick<Storage, "getItem" | "setItem"> | null} storage */
  constructor(storage) {
    this.#storage = storage;
    this.#recent = list(this.#read("emoji-recent"));
    this.#tone = Math.min(5, Math.max(0, Math.trunc(Number(this.#read("emoji-tone"))) || 0));
  }

  /** The last used first. @returns {string[]} */
  get recent() {
    return this.#recent;
  }

  /** A handful to offer at once: the last used, then the usual ones. */
  get handful() {
    return [...new Set([...this.#recent, ...USUAL])].slice(0, USUAL.length);
  }

  get tone() {
    return this.#tone;
  }

  /** @param {number} tone */
  set tone(tone) {
    this.#tone = tone;
    this.#write("emoji-tone", String(tone));
  }

  /** @param {string} emoji */
  used(emoji) {
    this.#recent = [...new Set([emoji, ...this.#recent])].slice(0, RECENT);
    this.#write("emoji-recent", JSON.stringify(this.#recent));
  }

  /** @param {string} name */
  #read(name) {
    try {
      return this.#storage?.getItem(name) ?? null;
    } catch {
      return null;
    }
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  #write(name, value) {
    try {
      this.#storage?.setItem(name, value);
    } catch {
      // Full or forbidden.
    }
  }
}

/** @param {string | null} kept */
function list(kept) {
  try {
    const found = JSON.parse(kept ?? "[]");
    return Array.isArray(found) ? found.filter((each) => typeof each === "string" && each.length <= 40).slice(0, RECENT) : [];
  } catch {
    return [];
  }
}
