/** The part of the room's page that is about single messages: what can be done with one, and finding one. Wiring. */

// @ts-ignore -- the browser finds it here; the types come from the package itself.
import MarkdownIt from "/static/vendor/markdown-it.esm.min.js";

import { aloud } from "../components/aloud.js";
import { copy } from "../components/copy_button.js";
import { EmojiPicker } from "../components/emoji_picker.js";
import { FoundList, showVersions } from "../components/found_list.js";
import { MessageBar } from "../components/message_bar.js";
import { MessageMenu } from "../components/message_menu.js";
import * as messageText from "../components/message_text.js";
import { ReactionTip } from "../components/reactions.js";
import { ReportDialog } from "../components/report_dialog.js";
import { Toast } from "../components/toast.js";
import { Deeds } from "../deeds.js";
import { byId } from "../dom.js";
import { Habits } from "../emoji.js";
import { Guesses } from "../guesses.js";
import { Highlighting } from "../highlighting.js";
import { Markdown } from "../markdown.js";
import { folded } from "../mentions.js";

/**
 * @typedef {import("../types").Message} Message
 * @typedef {import("../types").User} User
 * @typedef {import("../components/message_bar.js").Deed} Deed
 * @typedef {import("../conversations.js").Conversations} Conversations
 */

/**
 * @typedef {object} Room what this part asks of the page
 * @property {User} me
 * @property {() => string} current the id of the open room
 * @property {Conversations} conversations
 * @property {import("../api.js").Api} api
 * @property {(event: string, payload: object) => Promise<any>} ask
 * @property {number} editSeconds for so long after it was said a message can be edited
 * @property {() => void} redraw
 * @property {(author: User | null) => string} name
 * @property {(kind: "reply" | "edit", message: Message) => void} write
 * @property {(roomId: string, seq: number) => void} jump
 * @property {(roomId: string, seq: number) => Promise<void>} markUnread rejects with a sentence for the person
 * @property {(messageId: string, reason: string) => Promise<unknown>} report rejects with a sentence for the person
 * @property {Storage | null} storage
 */

/** Where code is coloured, fetched when somebody writes some. */
const highlighting = new Highlighting((file) => import(`/static/vendor/highlight/${file}.min.js`).then((found) => found.default));
const markdown = new Markdown(MarkdownIt);

export class RoomMessages {
  #room;
  #toast = new Toast(byId("toast"));
  #habits;
  #picker;
  #menu;
  #bar;
  #pins;
  #reportDialog;
  /** @type {Set<string>} the ids of messages that I reported */
  #reported = new Set();
  guesses = new Guesses();
  deeds;

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    this.#habits = new Habits(room.storage);
    this.deeds = new Deeds({
      me: room.me.id,
      guesses: this.guesses,
      ask: room.ask,
      onDone: (message) => room.conversations.timeline(message.room_id).put(message),
      onChanged: () => room.redraw(),
      onRefused: (sentence, retry) => this.say(sentence, retry && { label: "Try again", act: retry }),
    });
    this.#picker = new EmojiPicker(
      {
        popover: byId("emoji-picker"),
        search: /** @type {HTMLInputElement} */ (byId("emoji-search")),
        tone: byId("emoji-tone"),
        groups: byId("emoji-groups"),
        body: byId("emoji-body"),
      },
      this.#habits,
      () => fetch("/static/vendor/emoji.json").then((answer) => answer.json()),
    );
    this.#menu = new MessageMenu(byId("message-menu"), byId("message-menu-emoji"), {
      can: (message) => this.#can(message),
      onDeed: (deed, message, anchor) => this.#do(deed, message, anchor),
      onEmoji: (message, emoji) => this.#react(message, emoji),
      isReported: (message) => this.#reported.has(message.id),
      handful: () => this.#habits.handful,
      onOpen: (open) => this.#bar.keep(open),
    });
    this.#reportDialog = new ReportDialog((message, reason) => this.#report(message, reason));
    this.#bar = new MessageBar(byId("message-bar"), byId("rows"), {
      message: (seq) => this.#present(seq),
      can: (message) => this.#can(message),
      onDeed: (deed, message, anchor) => this.#do(deed, message, anchor),
      onMore: (message, anchor, held) => this.#menu.open(this.guesses.seen(message), anchor, held),
    });
    const jump = (/** @type {string} */ roomId, /** @type {number} */ seq) => room.jump(roomId, seq);
    this.#pins = new FoundList("pins-dialog", {
      fetch: () => room.api.pins(room.current()),
      name: room.name,
      line: (text) => this.line(text),
      onJump: jump,
    });
    new ReactionTip(byId("reaction-tip"), byId("rows"));
    // What is being deleted is deleted, also when the page goes before its time is over.
    addEventListener("pagehide", () => this.deeds.flush().forEach((message) => room.api.deleteMessage(message.id).catch(() => {})));
  }

  /** @param {User | null} author @returns {messageText.Reader} of what somebody said in this room */
  reader(author) {
    return {
      read: (text) => markdown.read(text),
      called: (name) => this.#called(name, this.#room.current(), author),
      colour: (text, language) => highlighting.runs(text, language),
    };
  }

  /** @type {import("../components/reactions.js").People} */
  get people() {
    const { me, conversations, current } = this.#room;
    return {
      me: me.id,
      name: (id) => conversations.member(current(), id)?.user.display_name ?? null,
      stamp: () => `${current()} ${conversations.room(current())?.member_count} ${conversations.known(current())}`,
    };
  }

  /** A message as it will look. @param {string} text */
  draw(text) {
    return messageText.nodes(text, this.reader(this.#room.me));
  }

  /** The words of a message in one line. @param {string} text */
  line(text) {
    return messageText.line(text, markdown);
  }

  /** Whether a message calls me by name, or everybody. @param {Message} message */
  callsMe(message) {
    const isUnknown = !this.#room.conversations.member(message.room_id, this.#room.me.id);
    const isMe = (/** @type {string} */ name) =>
      this.#called(name, message.room_id, message.author) === "me" || (isUnknown && folded(name) === "room");
    const called = (/** @type {import("../markdown.js").Inline | import("../markdown.js").Block} */ node) => {
      if (node.kind === "mention") return isMe(node.name) || isMe(node.name.replace(/[._-]+$/u, ""));
      if (node.kind === "list") return node.items.flat().some(called);
      return "children" in node && node.children.some(called);
    };
    return message.author?.id !== this.#room.me.id && message.text.includes("@") && markdown.read(message.text).some(called);
  }

  /**
   * The same, or null where it can only be guessed: the people of a room that wasn't opened aren't known here.
   *
   * @param {Message} message
   */
  surelyCallsMe(message) {
    const { me, conversations } = this.#room;
    if (conversations.member(message.room_id, me.id)) return this.callsMe(message);
    const text = folded(message.text);
    return text.includes(`@${folded(me.username)}`) || text.includes("@room") ? null : false;
  }

  /** The last message in the open room that I can edit; undefined where there is none. */
  get lastEditable() {
    const { conversations, current } = this.#room;
    return conversations.timeline(current()).messages.findLast((message) => this.#present(message.seq) && this.#can(message).has("edit"));
  }

  settle() {
    this.#bar.settle();
  }

  /**
   * @param {string} sentence
   * @param {{label: string, act: () => void} | null} [way]
   */
  say(sentence, way = null) {
    this.#toast.say(sentence, way);
  }

  openPins() {
    void this.#pins.open();
  }

  /**
   * @param {number} seq
   * @param {string} emoji
   * @param {boolean} on
   */
  react(seq, emoji, on) {
    const message = this.#present(seq);
    if (!message) return;
    if (on) this.#habits.used(emoji);
    void this.deeds.react(message, emoji, on);
  }

  /**
   * Whom a name means in a room. Only those who moderate it call everybody by `@room`.
   *
   * @param {string} written
   * @param {string} roomId
   * @param {User | null} author
   * @returns {"me" | "other" | null}
   */
  #called(written, roomId, author) {
    const { me, conversations } = this.#room;
    const name = folded(written);
    if (name === folded(me.username)) return "me";
    if (conversations.isCalled(roomId, name)) return "other";
    const role = author && conversations.member(roomId, author.id)?.role;
    return name === "room" && role && role !== "member" ? "me" : null;
  }

  /** One that something can be done with. @param {number} seq */
  #present(seq) {
    const message = this.#room.conversations.timeline(this.#room.current()).find(seq);
    return message && !message.deleted_at && !this.guesses.seen(message).leaving ? message : null;
  }

  /** @param {Message} message @returns {Set<Deed>} */
  #can(message) {
    const { role, muted_until } = this.#room.conversations.room(message.room_id) ?? {};
    const mine = message.author?.id === this.#room.me.id;
    const moderates = role === "owner" || role === "moderator";
    const isMuted = Date.parse(muted_until ?? "") > Date.now();
    /** @type {Set<Deed>} */
    const can = new Set(["reply", "copy", "link", "unread"]);
    if (!isMuted) can.add("react");
    if (!isMuted && mine && Date.now() - Date.parse(message.created_at) < this.#room.editSeconds * 1000) can.add("edit");
    if (!mine) can.add("report");
    if (mine || moderates) can.add("delete");
    if (moderates) can.add("pin");
    if (message.edited_at) can.add("versions");
    return can;
  }

  /**
   * @param {Deed} deed
   * @param {Message} message
   * @param {HTMLElement} anchor
   */
  #do(deed, message, anchor) {
    const { write, api } = this.#room;
    if (deed === "reply" || deed === "edit") return write(deed, message);
    if (deed === "react") return this.#picker.open(anchor, (emoji) => this.#react(message, emoji));
    if (deed === "pin") return void this.deeds.pin(message, !this.guesses.seen(message).pinned);
    if (deed === "delete") return this.#delete(message);
    if (deed === "report") return this.#reportDialog.open(message);
    if (deed === "copy") return void this.#copy(message.text, "Text copied.");
    if (deed === "link") return void this.#copy(linkTo(message), "Link to the message copied.");
    if (deed === "unread") return void this.#unread(message);
    const now = { text: message.text, written_at: message.edited_at ?? message.created_at };
    void showVersions(() => api.versions(message.id).then((page) => [now, ...page.items]), this.reader(message.author));
  }

  /** @param {Message} message @param {string} emoji */
  #react(message, emoji) {
    this.react(message.seq, emoji, true);
  }

  /** @param {Message} message */
  #delete(message) {
    this.deeds.remove(message);
    aloud("Message deleted. It can be taken back for a few seconds.");
  }

  /**
   * @param {Message} message
   * @param {string} reason
   */
  async #report(message, reason) {
    await this.#room.report(message.id, reason);
    this.#reported.add(message.id);
    this.say("Reported. The owners and moderators of this room will look at it.");
  }

  /**
   * @param {string} text
   * @param {string} said
   */
  async #copy(text, said) {
    this.say((await copy(text)) ? said : "The browser doesn’t let this page copy.");
  }

  /** @param {Message} message */
  async #unread(message) {
    try {
      await this.#room.markUnread(message.room_id, message.seq);
      this.say("Unread from there on.");
    } catch (refused) {
      this.say(refused instanceof Error ? refused.message : "That didn’t work.");
    }
  }
}

/** @param {Message} message */
function linkTo({ room_id, seq }) {
  return `${location.origin}/rooms/${encodeURIComponent(room_id)}?m=${seq}`;
}
