/** The command palette and the keys that work everywhere in the room. Wiring. */

import { ACTIONS } from "../actions.js";
import { onPaletteKey, Palette } from "../components/palette.js";
import { byId } from "../dom.js";
import { entries } from "../palette.js";

/**
 * @typedef {import("../types").Room} Room
 * @typedef {import("../palette.js").Entry} Entry
 */

export class Commands {
  #calls;
  #palette;

  /** @param {{rooms: () => Room[], mentions: () => number, goTo: (roomId: string) => void, actions: Record<string, () => void>}} calls */
  constructor(calls) {
    this.#calls = calls;
    this.#palette = new Palette({ entries: () => this.#entries(), onChoose: (entry) => this.#choose(entry) });
    onPaletteKey(() => this.#palette.toggle());
  }

  toggle() {
    this.#palette.toggle();
  }

  showKeys() {
    const dialog = /** @type {HTMLDialogElement} */ (byId("keys-dialog"));
    if (!document.querySelector("dialog[open]")) dialog.showModal();
  }

  /** @returns {Entry[]} */
  #entries() {
    return entries(this.#calls.rooms(), ACTIONS, this.#calls.mentions());
  }

  /** @param {Entry} entry */
  #choose({ id, kind }) {
    if (kind === "room") return this.#calls.goTo(id);
    const href = ACTIONS.find((action) => action.id === id)?.href;
    if (href) return location.assign(href);
    if (id === "keys") return this.showKeys();
    if (id === "theme") return byId("theme-switch").click();
    this.#calls.actions[id]?.();
  }
}
