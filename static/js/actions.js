/** What can be done, by the names that people look for it under. */

/** @typedef {{id: string, label: string, words: string, hint?: string, href?: string}} Action those with an address are pages of their own */

/** In a room. @type {Action[]} */
export const ACTIONS = [
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
];

/** On every other page. */
export const ANYWHERE = ACTIONS.filter(({ id, href }) => href || id === "theme");
