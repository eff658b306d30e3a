/** The link in all its forms: to copy, to share, to point a phone at, and to replace. */

import { byId } from "../dom.js";
import { CopyButton } from "./copy_button.js";

/**
 * @typedef {import("../types").Invite} Invite
 * @typedef {import("../types").Room} Room
 */

/**
 * @typedef {object} Calls
 * @property {(roomId: string) => Promise<Invite | null>} fetch
 * @property {(roomId: string) => Promise<Invite>} make
 * @property {(roomId: string) => Promise<Invite>} rotate
 * @property {(said: string) => void} aloud
 */

export class InviteDialog {
  #calls;
  #dialog = /** @type {HTMLDialogElement} */ (byId("invite-dialog"));
  #url = /** @type {HTMLInputElement} */ (byId("invite-url"));
  /** @type {Room | null} */
  #room = null;

  /** @param {Calls} calls */
  constructor(calls) {
    this.#calls = calls;
    new CopyButton(byId("invite-copy"), () => this.#url.value, calls.aloud);
    this.#url.addEventListener("focus", () => this.#url.select());
    byId("invite-share").addEventListener("click", () => void this.#share());
    byId("invite-rotate").addEventListener("click", () => this.#ask(true));
    byId("rotate-no").addEventListener("click", () => this.#ask(false));
    byId("rotate-yes").addEventListener("click", () => void this.#renew(calls.rotate, "The link was replaced."));
    byId("invite-make").addEventListener("click", () => void this.#renew(calls.make, "The new link is ready."));
  }

  /**
   * @param {Room} room
   * @param {Invite | null} invite as known so far; looked up anew all the same, since it may have been replaced
   */
  open(room, invite) {
    this.#room = room;
    for (const title of this.#dialog.querySelectorAll("[data-title]")) title.textContent = room.title;
    const path = `/rooms/${encodeURIComponent(room.id)}`;
    byId("invite-all").setAttribute("href", `${path}/invites`);
    this.#fail("");
    this.#ask(false);
    this.#url.value = "";
    this.#show(invite);
    this.#dialog.showModal();
    this.#calls.fetch(room.id).then(
      (fresh) => this.#show(fresh),
      (error) => this.#fail(error.message),
    );
  }

  /** @param {Invite | null} invite null when no link of this room works */
  #show(invite) {
    for (const part of this.#dialog.querySelectorAll("[data-with]")) {
      /** @type {HTMLElement} */ (part).hidden = (part.getAttribute("data-with") === "link") !== Boolean(invite);
    }
    byId("invite-share").hidden = !invite || typeof navigator.share !== "function";
    byId("invite-rotate").hidden = !invite || this.#room?.role === "member";
    if (invite && this.#url.value === invite.url) return;
    this.#url.value = invite?.url ?? "";
    this.#drawCode(invite);
  }

  /** @param {Invite | null} invite */
  #drawCode(invite) {
    const code = /** @type {HTMLImageElement} */ (byId("invite-code"));
    // The picture is always of the present link; its address changes with the link so that none is kept too long.
    if (this.#room && invite) code.src = `/rooms/${encodeURIComponent(this.#room.id)}/qr.svg?of=${encodeURIComponent(invite.id)}`;
    else code.removeAttribute("src");
  }

  async #share() {
    const title = this.#room?.title ?? "";
    await navigator.share({ title, text: `Come to “${title}”`, url: this.#url.value }).catch(() => {});
  }

  /** @param {boolean} asking whether to replace the link */
  #ask(asking) {
    byId("invite-sure").hidden = !asking;
    if (asking) byId("rotate-no").focus();
  }

  /**
   * @param {(roomId: string) => Promise<Invite>} renew
   * @param {string} done what to say then
   */
  async #renew(renew, done) {
    if (!this.#room) return;
    try {
      this.#show(await renew(this.#room.id));
      this.#fail("");
      this.#calls.aloud(done);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : "That didn’t work.");
    }
    this.#ask(false);
    byId("invite-copy").focus();
  }

  /** @param {string} text */
  #fail(text) {
    byId("invite-error").textContent = text;
    byId("invite-error").hidden = text === "";
  }
}
