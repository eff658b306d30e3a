// Looking something up by words: which of many texts hold all of them.

/**
 * The words of what somebody typed, in small letters.
 * @param {string} typed
 * @returns {string[]}
 */
export function words(typed) {
  return typed.toLowerCase().split(/\s+/).filter(Boolean);
}

/**
 * Does a text in small letters hold every one of these words? With no words, every text does.
 * @param {string} text
 * @param {string[]} wanted
 */
export function matches(text, wanted) {
  return wanted.every((word) => text.includes(word));
}
