// A field that shows a text, and the button beside it that copies it. Where the clipboard is refused, the text is
// selected, so that the person can copy it by hand.

import { copy } from "./copy_button.js";

const SAID_MS = 2000;

/**
 * @param {HTMLElement} button with the id of its input in data-copy, and its word in [data-copy-label]
 * @param {(said: string) => void} aloud for those who don't see the button change
 */
export function copyField(button, aloud) {
  const input = document.getElementById(button.dataset.copy ?? "");
  const label = button.querySelector("[data-copy-label]");
  if (!(input instanceof HTMLInputElement) || !label) return;
  const word = label.textContent ?? "";
  let timer = 0;

  button.addEventListener("click", async () => {
    // The button keeps its width, so that nothing beside it moves when the word changes.
    button.style.inlineSize = `${button.offsetWidth}px`;
    const done = await copy(input.value);
    if (!done) input.select();
    label.textContent = done ? "Copied" : "Selected";
    aloud(done ? "Copied." : "The text is selected. Copy it by hand.");
    clearTimeout(timer);
    timer = Number(setTimeout(() => (label.textContent = word), SAID_MS));
  });
}
