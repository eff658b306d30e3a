/** A page for the curious: how the line is, and how far this browser has followed the room. */

import { byId, find, piece } from "../dom.js";
import * as report from "../report.js";
import { CopyButton } from "./copy_button.js";

/** How often it is measured and drawn again while it is open, in milliseconds. */
const AGAIN = 2000;

/**
 * @typedef {object} Calls
 * @property {() => Omit<report.Facts, "roundTrip" | "version" | "offset">} facts as they are now
 * @property {() => Promise<number | null>} measure the round trip in milliseconds; null when there was no answer
 * @property {() => Promise<{version: string, now: string}>} server
 * @property {(said: string) => void} aloud
 */

export class ConnectionDialog {
  #calls;
  #dialog = /** @type {HTMLDialogElement} */ (byId("connection-dialog"));
  #list = byId("connection-facts");
  /** @type {Pick<report.Facts, "roundTrip" | "version" | "offset">} */
  #found = { roundTrip: null, version: null, offset: null };
  #timer = 0;

  /** @param {Calls} calls */
  constructor(calls) {
    this.#calls = calls;
    new CopyButton(byId("connection-copy"), () => this.#text(), calls.aloud, () => this.#select(), "Report copied.");
    this.#dialog.addEventListener("close", () => clearInterval(this.#timer));
  }

  open() {
    this.#found.roundTrip = null;
    this.#draw();
    this.#dialog.showModal();
    void this.#measure();
    void this.#askServer();
    clearInterval(this.#timer);
    this.#timer = Number(setInterval(() => void this.#measure(), AGAIN));
  }

  async #measure() {
    this.#found.roundTrip = await this.#calls.measure();
    this.#draw();
  }

  /** What the server calls itself, and what time it is there: half of the way after it was asked. */
  async #askServer() {
    const asked = Date.now();
    const server = await this.#calls.server().catch(() => null);
    if (!server) return;
    const answered = Date.now();
    this.#found.version = server.version;
    this.#found.offset = (asked + answered) / 2 - Date.parse(server.now);
    this.#draw();
  }

  /** @returns {report.Facts} */
  #facts() {
    return { ...this.#calls.facts(), ...this.#found };
  }

  #draw() {
    for (const { name, label, value } of report.lines(this.#facts())) {
      const row = this.#row(name, label);
      const place = find(row, "dd");
      // Only what changed, so that a selection isn't lost while somebody reads.
      if (place.textContent !== value) place.textContent = value;
    }
  }

  /**
   * @param {string} name
   * @param {string} label
   */
  #row(name, label) {
    const known = this.#list.querySelector(`[data-fact="${name}"]`);
    if (known) return known;
    const row = piece("connection-piece");
    row.dataset.fact = name;
    find(row, "dt").textContent = label;
    this.#list.append(row);
    return row;
  }

  #text() {
    const where = { at: new Date().toISOString(), agent: navigator.userAgent, place: location.origin };
    return report.text(this.#facts(), where);
  }

  /** Where copying is forbidden, it can still be done by hand. */
  #select() {
    getSelection()?.selectAllChildren(this.#list);
  }
}
