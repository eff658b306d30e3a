/** What can be done with the room as a whole: its link, its name, and leaving it. */

import { byId, find } from "../dom.js";

/** @typedef {import("../types").Room} Room */

/**
 * @typedef {object} Calls
 * @property {() => Room | undefined} room the one that is open
 * @property {() => void} onInvite
 * @property {() => void} onConnection
 * @property {() => void} onPins
 * @property {() => void} onKeys
 * @property {(title: string) => Promise<unknown>} rename rejects with a sentence for the person
 * @property {() => Promise<unknown>} leave
 */

export class RoomMenu {
  #calls;
  #menu = /** @type {HTMLDetailsElement} */ (byId("room-menu"));
  #rename = /** @type {HTMLDialogElement} */ (byId("rename-dialog"));
  #leave = /** @type {HTMLDialogElement} */ (byId("leave-dialog"));
  #title = /** @type {HTMLInputElement} */ (byId("new-title"));

  /** @param {Calls} calls */
  constructor(calls) {
    this.#calls = calls;
    this.#menu.addEventListener("click", (event) => this.#chosen(event));
    this.#menu.addEventListener("keydown", (event) => event.key === "Escape" && this.#shut());
    document.addEventListener("click", (event) => {
      if (this.#menu.open && !this.#menu.contains(/** @type {Node} */ (event.target))) this.#menu.open = false;
    });
    byId("rename-form").addEventListener("submit", (event) => void this.#renamed(event));
    byId("leave-form").addEventListener("submit", (event) => void this.#left(event));
    for (const dialog of document.querySelectorAll("dialog")) makeClosable(dialog);
  }

  /** @param {Room} room */
  draw(room) {
    find(this.#menu, "[data-do=rename]").hidden = room.role !== "owner";
    byId("settings-link").setAttribute("href", `/rooms/${encodeURIComponent(room.id)}/settings`);
  }

  #shut() {
    if (!this.#menu.open) return;
    this.#menu.open = false;
    find(this.#menu, "summary").focus();
  }

  /** @param {MouseEvent} event */
  #chosen(event) {
    const item = event.target instanceof Element ? event.target.closest("button[data-do]") : null;
    const room = this.#calls.room();
    if (!(item instanceof HTMLElement) || !room) return;
    this.#shut();
    if (item.dataset.do === "invite") return this.#calls.onInvite();
    if (item.dataset.do === "connection") return this.#calls.onConnection();
    if (item.dataset.do === "pins") return this.#calls.onPins();
    if (item.dataset.do === "keys") return this.#calls.onKeys();
    if (item.dataset.do === "rename") return this.#askTitle(room);
    find(this.#leave, "[data-title]").textContent = room.title;
    fail(byId("leave-error"), "");
    this.#leave.showModal();
  }

  /** @param {Room} room */
  #askTitle(room) {
    this.#title.value = room.title;
    fail(byId("rename-error"), "");
    this.#rename.showModal();
    this.#title.select();
  }

  /** @param {Event} event */
  async #renamed(event) {
    event.preventDefault();
    const title = this.#title.value.trim();
    if (title === this.#calls.room()?.title) return this.#rename.close();
    try {
      await this.#calls.rename(title);
      this.#rename.close();
    } catch (error) {
      fail(byId("rename-error"), sentence(error));
      this.#title.focus();
    }
  }

  /** @param {Event} event */
  async #left(event) {
    event.preventDefault();
    try {
      await this.#calls.leave();
      this.#leave.close();
    } catch (error) {
      fail(byId("leave-error"), sentence(error));
    }
  }
}

/** A dialog goes by its Close button and by a click beside it; Escape is the browser's own. @param {HTMLDialogElement} dialog */
function makeClosable(dialog) {
  dialog.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (target === dialog || target.closest("[data-close]")) dialog.close();
  });
}

/**
 * @param {HTMLElement} place
 * @param {string} text
 */
function fail(place, text) {
  place.textContent = text;
  place.hidden = text === "";
}

/** @param {unknown} error */
function sentence(error) {
  return error instanceof Error ? error.message : "That didn’t work.";
}
