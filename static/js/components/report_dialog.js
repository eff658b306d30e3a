/** Asks those who look after the room to look at a message, with a word on why. */

import { byId } from "../dom.js";

export class ReportDialog {
  #dialog = /** @type {HTMLDialogElement} */ (byId("report-dialog"));
  #reason = /** @type {HTMLTextAreaElement} */ (byId("report-reason"));
  #error = byId("report-error");
  #send;
  #busy = false;
  /** @type {import("../types").Message | null} */
  #message = null;

  /** @param {(message: import("../types").Message, reason: string) => Promise<void>} send rejects with a sentence for the person */
  constructor(send) {
    this.#send = send;
    byId("report-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
  }

  /** @param {import("../types").Message} message */
  open(message) {
    if (this.#message?.id !== message.id) this.#reason.value = "";
    this.#message = message;
    this.#fail("");
    this.#dialog.showModal();
  }

  async #submit() {
    if (!this.#message || this.#busy) return;
    this.#busy = true;
    try {
      await this.#send(this.#message, this.#reason.value.trim());
      this.#reason.value = "";
      this.#dialog.close();
    } catch (refused) {
      this.#fail(refused instanceof Error ? refused.message : "That didn’t work.");
    } finally {
      this.#busy = false;
    }
  }

  /** @param {string} words */
  #fail(words) {
    this.#error.textContent = words;
    this.#error.hidden = words === "";
  }
}
