/** A button that copies, and says that it did. */

/** How long it says so, in milliseconds. */
const SAYS_SO = 2000;

export class CopyButton {
  #button;
  #text;
  #aloud;
  #instead;
  #said;
  #timer = 0;

  /**
   * @param {HTMLElement} button
   * @param {() => string} text
   * @param {(said: string) => void} aloud for those who don't see the button change
   * @param {() => void} [instead] when there is nothing to copy, or the browser won't
   * @param {string} [said] what is said then
   */
  constructor(button, text, aloud, instead = () => {}, said = "Link copied.") {
    this.#button = button;
    this.#text = text;
    this.#aloud = aloud;
    this.#instead = instead;
    this.#said = said;
    button.addEventListener("click", () => void this.#copy());
  }

  async #copy() {
    const text = this.#text();
    const done = text !== "" && (await copy(text));
    if (!done) return this.#instead();
    this.#aloud(this.#said);
    this.#button.dataset.done = "";
    clearTimeout(this.#timer);
    this.#timer = Number(setTimeout(() => delete this.#button.dataset.done, SAYS_SO));
  }
}

/**
 * Puts a text on the clipboard. The modern way exists only on secure origins; a home network has none, so the old
 * way stays as the second.
 *
 * @param {string} text
 * @returns {Promise<boolean>} whether it worked
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** @param {string} text */
function copyBySelection(text) {
  const focused = document.activeElement;
  // Inside an open dialog, because everything outside of one can't be selected.
  const place = document.querySelector("dialog[open]") ?? document.body;
  const area = document.createElement("textarea");
  area.className = "visually-hidden";
  area.value = text;
  area.readOnly = true;
  place.append(area);
  area.select();
  let done = false;
  try {
    done = document.execCommand("copy");
  } catch {
    done = false;
  }
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
