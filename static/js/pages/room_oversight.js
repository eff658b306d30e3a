/** The part of the room's page for those who look after rooms: who knocks, what is reported, and a member's menu. Wiring. */

import { aloud } from "../components/aloud.js";
import { ask } from "../components/confirm_dialog.js";
import { MemberMenu } from "../components/member_menu.js";
import { OversightBar } from "../components/oversight_bar.js";
import { Oversight } from "../oversight.js";
import * as times from "../times.js";

/**
 * @typedef {import("../types").Knock} Knock
 * @typedef {import("../types").Member} Member
 * @typedef {import("../components/member_menu.js").MemberDeed} MemberDeed
 * @typedef {import("./room.js").Parts} Parts
 */

/** How long a mute from the list of members lasts, in seconds. The members' page has other times. */
const MUTED_FOR = 3600;

/** Of so many rooms, the latest first, what waits in them is asked for. In others it is when they are opened. */
const ROOMS = 20;

/** A knock that couldn't be answered, and why. @typedef {{knockId: string, words: string}} Problem */

export class Overseeing {
  #parts;
  #known;
  #bar;
  #menu;
  /** @type {Problem | null} */
  #problem = null;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    const { api, conversations, frames } = parts;
    this.#known = new Oversight({
      knocks: (roomId) => api.knocks(roomId),
      reports: (roomId) => api.reports(roomId),
      mine: (roomId) => this.#isMine(roomId),
      onChanged: () => frames.ask("rooms", "room"),
      onKnock: (knock) => this.#knocked(knock),
      onReport: (roomId) => this.#reported(roomId),
    });
    this.#bar = new OversightBar({
      onAnswer: (knockId, answer) => this.#answer(knockId, answer),
      onGone: () => parts.writing.composer.focus(),
    });
    this.#menu = new MemberMenu({
      room: () => conversations.room(parts.place.current),
      onDeed: (deed, member) => void this.#do(deed, member),
    });
  }

  /** @param {string} event @param {any} fact @returns {boolean} whether it was one of these */
  hear(event, fact) {
    if (event === "knock_changed") this.#known.knockChanged(fact.knock);
    else if (event === "report_changed") this.#known.reportChanged(fact);
    else return false;
    return true;
  }

  /** These are passing facts: what was told while nobody listened has to be asked for. */
  lookAround() {
    const { conversations, place } = this.#parts;
    const ids = conversations.rooms.map((room) => room.id).filter((id) => this.#isMine(id) && id !== place.current);
    void this.#known.lookAll([place.current, ...ids.slice(0, ROOMS)]);
  }

  /** Of one room: when it is opened, and when I am another there than I was. @param {string} roomId */
  look(roomId) {
    void this.#known.look(roomId);
  }

  /** @param {string} roomId */
  forget(roomId) {
    this.#known.forget(roomId);
  }

  /** What waits in a room, in a sentence for its mark; empty for nothing. @param {string} roomId */
  waits(roomId) {
    const knocks = this.#known.knocks(roomId);
    if (knocks.length > 1) return `${knocks.length} people are at the door`;
    if (knocks.length === 1) return `${knocks[0].user.display_name} is at the door`;
    return this.#known.reports(roomId) ? "Something was reported" : "";
  }

  /** Opens what can be done about a member. @param {Member} member @param {HTMLElement} anchor */
  openMenu(member, anchor) {
    this.#menu.open(member, anchor);
  }

  draw() {
    const roomId = this.#parts.place.current;
    const knocks = this.#known.knocks(roomId);
    const problem = this.#problem?.knockId === knocks[0]?.id ? (this.#problem?.words ?? "") : "";
    this.#bar.draw({ roomId, knocks, reports: this.#known.reports(roomId), problem });
  }

  /** @param {string} roomId */
  #isMine(roomId) {
    const role = this.#parts.conversations.room(roomId)?.role;
    return role === "owner" || role === "moderator";
  }

  /** @param {Knock} knock */
  #knocked({ room_id, user }) {
    const { conversations, messages, notices, panels, place } = this.#parts;
    const title = conversations.room(room_id)?.title ?? "";
    notices.tell(`${user.display_name} is at the door`, title, `knock ${room_id}`, () => panels.toRoom(room_id));
    if (room_id === place.current) return aloud(`${user.display_name} is at the door.`);
    messages.say(`${user.display_name} is at the door of ${title}.`, { label: "Look", act: () => panels.toRoom(room_id) });
  }

  /** @param {string} roomId */
  #reported(roomId) {
    const { conversations, messages, place } = this.#parts;
    if (roomId === place.current) return aloud("A message was reported.");
    const title = conversations.room(roomId)?.title ?? "";
    const act = () => location.assign(`/rooms/${encodeURIComponent(roomId)}/reports`);
    messages.say(`A message was reported in ${title}.`, { label: "Look", act });
  }

  /**
   * @param {string} knockId
   * @param {"approve" | "deny"} answer
   */
  async #answer(knockId, answer) {
    const { api, frames, messages, place } = this.#parts;
    const knock = this.#known.knocks(place.current).find((each) => each.id === knockId);
    if (!knock) return;
    const name = knock.user.display_name;
    try {
      await api.answerKnock(knockId, answer);
      this.#problem = null;
      this.#known.answered(knock);
      messages.say(answer === "approve" ? `${name} is in.` : `${name} was turned away.`);
    } catch (refused) {
      const words = sentence(refused);
      this.#problem = { knockId, words };
      frames.ask("room");
      await this.#known.look(knock.room_id);
      // Nobody is there any more to say it beside.
      if (!this.#known.knocks(knock.room_id).some((each) => each.id === knockId)) messages.say(words);
    }
  }

  /**
   * @param {MemberDeed} deed
   * @param {Member} member
   */
  async #do(deed, member) {
    const { api, conversations, messages, place } = this.#parts;
    const roomId = place.current;
    const { id, display_name: name } = member.user;
    const title = conversations.room(roomId)?.title ?? "";
    try {
      if (deed === "mute") {
        const muted = await api.mute(roomId, id, MUTED_FOR);
        const act = () => void this.#do("unmute", member);
        messages.say(`${name} can read, and not speak, until ${times.clock(muted.muted_until ?? Date.now())}.`, { label: "Undo", act });
      }
      if (deed === "unmute") await api.unmute(roomId, id).then(() => messages.say(`${name} can speak again.`));
      if (deed === "promote") await api.setRole(roomId, id, "moderator").then(() => messages.say(`${name} is a moderator now.`));
      if (deed === "demote") await api.setRole(roomId, id, "member").then(() => messages.say(`${name} is a plain member now.`));
      if (deed === "remove" && (await ask(`Remove ${name} from “${title}”? The links to it that there are won’t let them back in.`, "Remove"))) {
        await api.remove(roomId, id, false).then(() => messages.say(`${name} is out of the room.`));
      }
      if (deed === "ban" && (await ask(`Ban ${name} from “${title}”? No link will let them back in.`, "Ban"))) {
        await api.remove(roomId, id, true).then(() => messages.say(`${name} is banned.`));
      }
    } catch (refused) {
      messages.say(sentence(refused));
    }
  }
}

/** @param {unknown} refused */
function sentence(refused) {
  return refused instanceof Error ? refused.message : "That didn’t work.";
}
