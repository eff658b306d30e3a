/** Gathers what has to be drawn again and draws it once a frame, so that a hundred facts cost one drawing. */

/** How long a hidden page waits, which gets no frames: its title must follow all the same. */
const HIDDEN = 250;

/** @template {string} Part */
export class Frames {
  #draw;
  /** @type {Set<Part>} */
  #parts = new Set();
  #asked = false;

  /** @param {(parts: Set<Part>) => void} draw */
  constructor(draw) {
    this.#draw = draw;
  }

  /** @param {...Part} parts */
  ask(...parts) {
    for (const part of parts) this.#parts.add(part);
    if (this.#asked) return;
    this.#asked = true;
    if (document.visibilityState === "visible") requestAnimationFrame(() => this.now());
    // A page that is hidden before its frame comes would wait for it for ever.
    setTimeout(() => this.now(), HIDDEN);
  }

  /** Draws what was asked for, if anything was. */
  now() {
    if (!this.#asked) return;
    const parts = this.#parts;
    this.#parts = new Set();
    this.#asked = false;
    this.#draw(parts);
  }
}
