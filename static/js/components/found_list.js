/** A dialog with messages from elsewhere in the room, each with the way to it; or with a message's versions. */

import { byId, find, piece } from "../dom.js";
import * as times from "../times.js";
import * as messageText from "./message_text.js";

/**
 * @typedef {import("../types").Message} Message
 * @typedef {{text: string, written_at: string}} Version
 */

/**
 * @typedef {object} Calls
 * @property {() => Promise<{items: Message[]}>} fetch
 * @property {(author: import("../types").User | null) => string} name
 * @property {(text: string) => string} line the words of a message in one line
 * @property {(roomId: string, seq: number) => void} onJump
 */

export class FoundList {
  #dialog;
  #list;
  #calls;

  /**
   * @param {string} id of the dialog
   * @param {Calls} calls
   */
  constructor(id, calls) {
    this.#dialog = /** @type {HTMLDialogElement} */ (byId(id));
    this.#list = find(this.#dialog, ".found-list");
    this.#calls = calls;
    this.#list.addEventListener("click", (event) => this.#clicked(event));
  }

  open() {
    this.#list.replaceChildren();
    find(this.#dialog, "[data-none]").hidden = true;
    if (!this.#dialog.open) this.#dialog.showModal();
    return this.#fetch();
  }

  async #fetch() {
    const error = find(this.#dialog, ".field__error");
    error.hidden = true;
    try {
      const { items } = await this.#calls.fetch();
      this.#list.replaceChildren(...items.map((message) => this.#item(message)));
    } catch (refused) {
      error.textContent = refused instanceof Error ? refused.message : "That didn’t work.";
      error.hidden = false;
      return;
    }
    find(this.#dialog, "[data-none]").hidden = this.#list.childElementCount > 0;
  }

  /** @param {Message} message */
  #item(message) {
    const item = piece("found-piece");
    const link = find(item, "a");
    link.setAttribute("href", `/rooms/${encodeURIComponent(message.room_id)}?m=${message.seq}`);
    link.dataset.room = message.room_id;
    link.dataset.seq = String(message.seq);
    find(item, ".found__author").textContent = this.#calls.name(message.author);
    const time = find(item, ".found__time");
    time.textContent = times.brief(message.created_at, Date.now());
    time.setAttribute("datetime", message.created_at);
    time.title = times.exact(message.created_at);
    // A link holds no other links, so here it is the words alone.
    find(item, ".found__text").textContent = this.#calls.line(message.text);
    return item;
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const { room, seq } = link?.dataset ?? {};
    if (!room || !seq || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.#dialog.close();
    this.#calls.onJump(room, Number(seq));
  }
}

/**
 * What a message said before, newest first.
 *
 * @param {() => Promise<Version[]>} fetch
 * @param {messageText.Reader} reader
 */
export async function showVersions(fetch, reader) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("versions-dialog"));
  const list = find(dialog, ".found-list");
  const error = find(dialog, ".field__error");
  list.replaceChildren();
  error.hidden = true;
  dialog.showModal();
  try {
    const versions = await fetch();
    list.replaceChildren(...versions.map((version, index) => versionItem(version, index === 0, reader)));
  } catch (refused) {
    error.textContent = refused instanceof Error ? refused.message : "That didn’t work.";
    error.hidden = false;
  }
}

/**
 * @param {Version} version
 * @param {boolean} isCurrent
 * @param {messageText.Reader} reader
 */
function versionItem({ text, written_at: at }, isCurrent, reader) {
  const item = piece("version-piece");
  const time = find(item, "time");
  time.textContent = times.exact(at);
  time.setAttribute("datetime", at);
  find(item, ".version__which").textContent = isCurrent ? "Now" : "";
  find(item, ".message__text").replaceChildren(...messageText.nodes(text, reader));
  return item;
}
