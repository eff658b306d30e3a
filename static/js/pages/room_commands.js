/** The command palette and the keys that work everywhere in the room. Wiring. */

import { Palette } from "../components/palette.js";
import { byId } from "../dom.js";

/**
 * @typedef {import("../types").Room} Room
 * @typedef {import("../palette.js").Entry} Entry
 */

/** What can be done, as people call it. Those with an address are pages of their own. */
const ACTIONS = /** @type {{id: string, label: string, words: string, hint?: string, href?: string}[]} */ ([
  { id: "create", label: "Create Room", words: "new make", href: "/rooms/new" },
  { id: "mentions", label: "Mentions of you", words: "at ping called", href: "/mentions" },
  { id: "pins", label: "Pinned messages", words: "pins" },
  { id: "newest", label: "Newest message", words: "end bottom last jump" },
  { id: "invite", label: "Link and QR code", words: "invite copy share join" },
  { id: "members", label: "Members", words: "people who here show hide" },
  { id: "theme", label: "Change the theme", words: "dark light mode lamp" },
  { id: "connection", label: "Connection", words: "line status network report" },
  { id: "keys", label: "Keys", words: "shortcuts keyboard help", hint: "?" },
  { id: "rooms", label: "All rooms", words: "home list", href: "/" },
  { id: "account", label: "Account", words: "profile password name tokens sessions settings notifications", href: "/account" },
]);

export class Commands {
  #calls;
  #palette;

  /** @param {{rooms: () => Room[], mentions: () => number, goTo: (roomId: string) => void, actions: Record<string, () => void>}} calls */
  constructor(calls) {
    this.#calls = calls;
    this.#palette = new Palette({ entries: () => this.#entries(), onChoose: (entry) => this.#choose(entry) });
    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      event.preventDefault();
      this.#palette.toggle();
    });
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
    const rooms = this.#calls.rooms().map(({ id, title, unread, mentions }) => ({ id, label: title, hint: waiting(unread, mentions), kind: /** @type {const} */ ("room") }));
    const called = this.#calls.mentions();
    const hints = /** @type {Record<string, string>} */ ({ mentions: called ? `${called} unread` : "" });
    const actions = ACTIONS.map(({ id, label, words, hint = hints[id] ?? "" }) => ({ id, label, words, hint, kind: /** @type {const} */ ("action") }));
    return [...rooms, ...actions];
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

/**
 * @param {number} unread
 * @param {number} mentions
 */
function waiting(unread, mentions) {
  return [mentions ? `@${mentions}` : "", unread ? `${unread} unread` : ""].filter(Boolean).join(" · ");
}
