/** The list of rooms: what was said last in each, and how much of it I haven't read. */

import { arrange, find, piece } from "../dom.js";
import * as times from "../times.js";

/**
 * @typedef {import("../types").Room} Room
 * @typedef {import("../types").Pending} Pending
 */

export class RoomList {
  #root;
  #me;
  #line;
  /** @type {Map<string, HTMLElement>} */
  #items = new Map();
  /** @type {WeakMap<HTMLElement, string>} what each item shows: of three hundred, one changes at a time */
  #shown = new WeakMap();

  /**
   * @param {HTMLElement} root
   * @param {string} me my user id
   * @param {(roomId: string) => void} onOpen
   * @param {(text: string) => string} line the words of a message in one line
   */
  constructor(root, me, onOpen, line) {
    this.#root = root;
    this.#me = me;
    this.#line = line;
    root.addEventListener("click", (event) => {
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      const roomId = link?.dataset.room;
      // Whoever wants another tab shall have it.
      if (!roomId || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      onOpen(roomId);
    });
  }

  /**
   * @param {Room[]} rooms in the order to show
   * @param {string | null} current the id of the open one
   * @param {(roomId: string) => Pending | null} pending what I wrote last in a room and nobody has heard yet
   * @param {(roomId: string) => string} [waits] what waits for my answer there, in a sentence
   */
  draw(rooms, current, pending, waits = () => "") {
    const ids = new Set(rooms.map((room) => room.id));
    for (const id of this.#items.keys()) if (!ids.has(id)) this.#items.delete(id);
    arrange(this.#root, rooms.map((room) => this.#item(room, room.id === current, pending(room.id), waits(room.id))));
  }

  /**
   * @param {Room} room
   * @param {boolean} isCurrent
   * @param {Pending | null} pending
   * @param {string} waits
   */
  #item(room, isCurrent, pending, waits) {
    let item = this.#items.get(room.id);
    if (!item) this.#items.set(room.id, (item = piece("room-piece")));
    const last = pending ?? room.last_message;
    const view = JSON.stringify([isCurrent, room.title, room.unread, room.mentions, room.level, room.member_count, last, last && brief(last), waits]);
    if (this.#shown.get(item) === view) return item;
    this.#shown.set(item, view);
    const link = find(item, "a");
    link.dataset.room = room.id;
    link.setAttribute("href", `/rooms/${encodeURIComponent(room.id)}`);
    if (isCurrent) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    link.classList.toggle("room-link--unread", room.unread > 0 && room.level !== "nothing");
    link.classList.toggle("room-link--quiet", room.level !== "everything");
    link.classList.toggle("room-link--muted", room.level === "nothing");
    find(item, ".room-link__muted").hidden = room.level !== "nothing";
    find(item, ".room-link__door").textContent = initial(room.title);
    find(item, ".room-link__title bdi").textContent = room.title;
    const calls = find(item, ".room-link__calls");
    calls.hidden = waits === "";
    calls.title = waits;
    find(calls, ".visually-hidden").textContent = waits && `${waits}. `;
    if (pending) fillPending(item, pending);
    else this.#fillLast(item, room);
    find(item, ".room-link__mentions").hidden = !room.mentions;
    find(item, ".room-link__called").textContent = room.mentions > 99 ? "99+" : String(room.mentions);
    find(item, ".room-link__badge").hidden = room.unread === 0;
    find(item, ".room-link__count").textContent = room.unread > 99 ? "99+" : String(room.unread);
    return item;
  }

  /**
   * @param {HTMLElement} item
   * @param {Room} room
   */
  #fillLast(item, { last_message: last, member_count }) {
    const line = find(item, ".room-link__last");
    line.className = "room-link__last";
    fillTime(item, last);
    if (!last) {
      line.textContent = member_count === 1 ? "Bring someone" : "Nothing said yet";
      return;
    }
    const author = last.author?.id === this.#me ? "You" : (last.author?.display_name ?? "Deleted member");
    line.replaceChildren(isolated(author), ": ", isolated(last.deleted_at ? "deleted" : this.#line(last.text)));
  }
}

/**
 * What waits looks like what was said, only paler: most of it is said a moment later. The style sheet shows the word
 * when the line is down.
 *
 * @param {HTMLElement} item
 * @param {Pending} pending
 */
function fillPending(item, pending) {
  const failed = pending.state === "failed";
  const line = find(item, ".room-link__last");
  line.className = `room-link__last room-link__last--${pending.state}`;
  fillTime(item, pending);
  const waits = document.createElement("span");
  waits.className = "room-link__waits";
  waits.textContent = "Waiting. ";
  const who = isolated(failed ? "Not sent" : "You");
  line.replaceChildren(...(failed ? [] : [waits]), who, ": ", isolated(pending.text.slice(0, 200)));
}

/**
 * @param {HTMLElement} item
 * @param {{created_at: string} | null | undefined} last
 */
function fillTime(item, last) {
  const time = find(item, ".room-link__time");
  time.hidden = !last;
  if (!last) return;
  time.textContent = brief(last);
  time.setAttribute("datetime", last.created_at);
  time.title = times.exact(last.created_at);
}

/** @param {{created_at: string}} last */
function brief(last) {
  return times.brief(last.created_at, Date.now());
}

/** A text that may run the other way. @param {string} text */
function isolated(text) {
  const made = document.createElement("bdi");
  made.textContent = text;
  return made;
}

/** @param {string} title */
function initial(title) {
  return ([...title.trim()][0] ?? "").toLocaleUpperCase();
}
