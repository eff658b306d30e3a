// A person without a picture, as letters and a colour. The same rules as app/web/shell.py, so that both draw alike.

/**
 * At most two letters: of the first word of a name and of the last.
 * @param {string} name
 * @returns {string}
 */
export function initials(name) {
  const words = name.split(/\s+/u).filter(Boolean);
  const chosen = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return chosen.map((word) => [...word][0]?.toLocaleUpperCase("en") ?? "").join("") || "?";
}

/**
 * The number of the hue, 0 to 5, that a person keeps for as long as they have their id.
 * @param {string} id
 * @returns {number}
 */
export function hue(id) {
  let sum = 0;
  for (const letter of id) sum += letter.codePointAt(0) ?? 0;
  return sum % 6;
}
