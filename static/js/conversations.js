/** Everything this person is in: the rooms, what was said, who is there; and how each fact changes it. */

import { folded } from "./mentions.js";
import * as speech from "./speech.js";
import { Tally, worthTelling } from "./tally.js";
import { Timeline } from "./timeline.js";
import { Typists } from "./typing.js";

/**
 * @typedef {import("./types").Fact} Fact
 * @typedef {import("./types").Member} Member
 * @typedef {import("./types").Message} Message
 * @typedef {import("./types").OutOfRoom} OutOfRoom
 * @typedef {import("./types").Room} Room
 * @typedef {import("./types").User} User
 * @typedef {import("./sync.js").Step} Step
 */

/** What of a room has to be drawn again. @typedef {"room" | "timeline" | "members" | "typing" | "gone" | "stale" | "role"} Part */

export class Conversations {
  #me;
  #changed;
  /** @type {Map<string, Room>} */
  #rooms = new Map();
  /** @type {Map<string, number>} when something last happened in a room, for the order of the list */
  #activity = new Map();
  /** @type {Map<string, Timeline>} only of rooms that were opened */
  #timelines = new Map();
  /** @type {Map<string, Map<string, Member>>} only of rooms that were opened */
  #members = new Map();
  /** @type {Map<string, number>} counts what was told about a room's members, to notice a list that is outdated */
  #membersTold = new Map();
  /** @type {Map<string, Typists>} */
  #typists = new Map();
  /** @type {Map<string, number>} up to where each room's facts were applied: one that comes again changes nothing */
  #applied = new Map();
  #tally;

  /**
   * @param {string} me my user id
   * @param {(roomId: string, part: Part, why?: OutOfRoom) => void} changed `why` when the room is gone
   * @param {(message: Message) => boolean | null} [calls] whether a message mentions me; null where that can't be told
   * @param {(roomId: string) => void} [doubt] what is unread in a room can't be told from here: ask the server
   */
  constructor(me, changed, calls = () => false, doubt = () => {}) {
    this.#me = me;
    this.#changed = changed;
    this.#tally = new Tally(calls, doubt);
  }

  /** @returns {Room[]} newest activity first */
  get rooms() {
    return [...this.#rooms.values()].sort((one, other) => this.#lastActive(other.id) - this.#lastActive(one.id));
  }

  /** How many unread messages I want to be told of, in all rooms. */
  get unread() {
    let sum = 0;
    for (const room of this.#rooms.values()) sum += worthTelling(room);
    return sum;
  }

  /** How many unread messages mention me, in all rooms but those of which I want to be told nothing. */
  get mentions() {
    let sum = 0;
    for (const room of this.#rooms.values()) if (room.level !== "nothing") sum += room.mentions;
    return sum;
  }

  /** Whether anything that I want to be told of is unread in other rooms than this one. @param {string} roomId */
  isCalledFromElsewhere(roomId) {
    return [...this.#rooms.values()].some((room) => room.id !== roomId && worthTelling(room) > 0);
  }

  /** @param {string} roomId */
  room(roomId) {
    return this.#rooms.get(roomId);
  }

  /**
   * @param {string} roomId
   * @returns {Timeline}
   */
  timeline(roomId) {
    let timeline = this.#timelines.get(roomId);
    if (!timeline) this.#timelines.set(roomId, (timeline = new Timeline(this.#me)));
    return timeline;
  }

  /**
   * What I wrote last in a room and nobody has heard yet; null when there is nothing. Doesn't open the conversation.
   *
   * @param {string} roomId
   */
  pending(roomId) {
    return this.#timelines.get(roomId)?.lastPending ?? null;
  }

  /** How many of a room's members are known here. @param {string} roomId */
  known(roomId) {
    return this.#members.get(roomId)?.size ?? 0;
  }

  /** @param {string} roomId whether its conversation was opened since the page was */
  isOpened(roomId) {
    return this.#members.has(roomId);
  }

  /**
   * Who is in a room: those who are here first, then by name.
   *
   * @param {string} roomId
   * @returns {Member[]}
   */
  members(roomId) {
    const members = [...(this.#members.get(roomId)?.values() ?? [])];
    return members.sort(
      (one, other) =>
        Number(other.online) - Number(one.online) || one.user.display_name.localeCompare(other.user.display_name),
    );
  }

  /**
   * @param {string} roomId
   * @param {string} userId
   */
  member(roomId, userId) {
    return this.#members.get(roomId)?.get(userId);
  }

  /**
   * Whether somebody in a room has this username, in small letters.
   *
   * @param {string} roomId
   * @param {string} name
   */
  isCalled(roomId, name) {
    for (const { user } of this.#members.get(roomId)?.values() ?? []) if (folded(user.username) === name) return true;
    return false;
  }

  /** How often something was told about a room's members. @param {string} roomId */
  membersTold(roomId) {
    return this.#membersTold.get(roomId) ?? 0;
  }

  /** @param {string} roomId */
  typists(roomId) {
    let typists = this.#typists.get(roomId);
    if (!typists) this.#typists.set(roomId, (typists = new Typists()));
    return typists;
  }

  /**
   * The rooms as the server listed them, newest activity first. Rooms that have no message yet keep that place.
   *
   * @param {Room[]} rooms
   * @param {number} now
   */
  setRooms(rooms, now) {
    let latest = now;
    for (const room of rooms) {
      if (room.last_message) latest = Math.min(latest, Date.parse(room.last_message.created_at));
      this.#rooms.set(room.id, room);
      this.#counted(room);
      this.#activity.set(room.id, latest);
      latest -= 1;
    }
  }

  /**
   * @param {string} roomId
   * @param {Member[]} members
   */
  setMembers(roomId, members) {
    this.#members.set(roomId, new Map(members.map((member) => [member.user.id, member])));
    this.#changed(roomId, "members");
  }

  /**
   * What a catch-up says about one room. After a reset the conversation is stale: a snapshot has to be fetched.
   *
   * @param {Step} step
   * @param {number} now
   */
  apply(step, now) {
    const { room, reset, facts } = step;
    const known = this.#rooms.get(room.id);
    if (!known) this.#activity.set(room.id, now);
    // Another epoch counts from elsewhere; what follows a reset comes after the place that it names.
    if (reset) this.#applied.set(room.id, room.last_seq);
    this.#rooms.set(room.id, { ...known, ...room });
    if (reset && this.isOpened(room.id)) {
      this.timeline(room.id).expect();
      this.#changed(room.id, "stale");
    }
    // The server counts me in at that place: by what came before it I was out for a while, and am back.
    for (const fact of facts) if (fact.seq > room.last_seq || !this.#isMyEnd(fact)) this.hear(fact);
    // The server's count of what is unread is from after all of these; counting them again would double it.
    this.#rooms.set(room.id, { ...this.#rooms.get(room.id), ...room });
    this.#counted(room);
    this.#touch(room.last_message);
    this.#changed(room.id, "room");
  }

  /**
   * A room that this person has just come into, by another tab or by a link.
   *
   * @param {Room} room
   * @param {number} now
   */
  add(room, now) {
    this.#rooms.set(room.id, { ...this.#rooms.get(room.id), ...room });
    this.#activity.set(room.id, now);
    this.#counted(room);
    this.#changed(room.id, "room");
  }

  /**
   * @param {string} roomId
   * @param {OutOfRoom} [why]
   */
  remove(roomId, why = "left") {
    if (!this.#rooms.delete(roomId)) return;
    for (const kept of [this.#activity, this.#timelines, this.#members, this.#typists, this.#applied]) kept.delete(roomId);
    this.#tally.forget(roomId);
    this.#changed(roomId, "gone", why);
  }

  /**
   * The server refused something for now: in slow mode that tells since when I have to wait.
   *
   * @param {string} roomId
   * @param {number} until by the server's clock, in milliseconds
   */
  wait(roomId, until) {
    const room = this.#rooms.get(roomId);
    if (!room || !speech.isSlowed(room)) return;
    room.slow_until = new Date(until).toISOString();
    this.#changed(roomId, "room");
  }

  /** The server has something that I said: in slow mode my pause begins. @param {Message} message */
  sent(message) {
    const room = this.#rooms.get(message.room_id);
    if (!room) return;
    this.timeline(room.id).put(message);
    room.slow_until = speech.after(room, message.created_at) ?? room.slow_until;
    this.#changed(room.id, "room");
    this.#changed(room.id, "timeline");
  }

  /**
   * A logged fact, in its turn. Unknown ones change nothing, and neither does one that was heard before.
   *
   * @param {Fact} fact
   */
  hear(fact) {
    const room = this.#rooms.get(fact.room_id);
    if (!room || fact.seq <= (this.#applied.get(room.id) ?? 0)) return;
    this.#applied.set(room.id, fact.seq);
    room.last_seq = Math.max(room.last_seq, fact.seq);
    if (fact.message) this.#said(room, fact, fact.message);
    if (fact.member) this.#moved(room, fact, fact.member);
    if (fact.type === "room_changed" && fact.room) {
      const slow_until = speech.moved(room, fact.room.slow_seconds ?? room.slow_seconds);
      Object.assign(room, fact.room, { slow_until });
      this.#changed(room.id, "room");
    }
    if (fact.type === "message_posted" && fact.message?.author) {
      this.typists(room.id).forget(fact.message.author.id);
      this.#changed(room.id, "typing");
    }
  }

  /**
   * @param {{room_id: string, online: string[], offline: string[]}} change
   */
  presence({ room_id, online, offline }) {
    this.#membersTold.set(room_id, this.membersTold(room_id) + 1);
    const members = this.#members.get(room_id);
    if (!members) return;
    for (const id of online) this.#setOnline(members, id, true);
    for (const id of offline) this.#setOnline(members, id, false);
    this.#changed(room_id, "members");
  }

  /**
   * @param {{room_id: string, user: User, typing: boolean}} change
   * @param {number} now
   */
  typing({ room_id, user, typing }, now) {
    if (user.id === this.#me) return;
    this.typists(room_id).heard(user, typing, now);
    this.#changed(room_id, "typing");
  }

  /**
   * How far I have read, here or on another device. Reading never goes backwards by an answer that came late, only
   * by my own wish: `back`.
   *
   * @param {string} roomId
   * @param {{read_seq: number, unread: number, mentions: number, last_seq: number, back?: boolean}} reading
   */
  read(roomId, { read_seq, unread, mentions, last_seq, back = false }) {
    const room = this.#rooms.get(roomId);
    if (!room || (read_seq < room.read_seq && !back)) return;
    Object.assign(room, { read_seq, unread, mentions });
    this.#counted({ id: roomId, last_seq });
    this.#changed(roomId, "room");
  }

  /**
   * What I want to be told of in a room: chosen here or on another device.
   *
   * @param {string} roomId
   * @param {Room["level"]} level
   */
  setLevel(roomId, level) {
    const room = this.#rooms.get(roomId);
    if (!room) return;
    room.level = level;
    this.#changed(roomId, "room");
  }

  /**
   * @param {Room} room
   * @param {Fact} fact
   * @param {Message} message
   */
  #said(room, fact, message) {
    const posted = fact.type === "message_posted";
    if (posted) room.last_message = message;
    if (room.last_message?.id === message.id && message.version >= room.last_message.version) room.last_message = message;
    if (posted) this.#touch(message);
    if (posted && message.author?.id === this.#me) room.slow_until = speech.after(room, message.created_at);
    const timeline = this.#timelines.get(room.id);
    if (message.author?.id !== this.#me && message.seq > room.read_seq) {
      this.#tally.told(room, fact, message, timeline?.find(message.seq) ?? null);
    }
    this.#changed(room.id, "room");
    if (timeline?.put(message)) this.#changed(room.id, "timeline");
    // What was said before a deleted message is known only where the conversation was opened.
    if (room.last_message?.deleted_at && timeline?.isAtPresent) room.last_message = timeline.last ?? room.last_message;
  }

  /** The server's own count of what is unread came with a room. @param {Pick<Room, "id" | "last_seq">} room */
  #counted({ id, last_seq }) {
    this.#tally.counted(id, last_seq, this.#applied.get(id) ?? 0);
  }

  /**
   * @param {Room} room
   * @param {Fact} fact
   * @param {Member} member
   */
  #moved(room, fact, member) {
    const id = member.user.id;
    if (this.#isMyEnd(fact)) return this.remove(room.id, outOfRoom(fact));
    const left = isEnd(fact);
    if (!left && id === this.#me) {
      const isAnother = room.role !== member.role;
      Object.assign(room, { role: member.role, muted_until: member.muted_until ?? null });
      if (isAnother) this.#changed(room.id, "role");
    }
    if (room.last_message?.author?.id === id) room.last_message = { ...room.last_message, author: member.user };
    if (this.#timelines.get(room.id)?.rename(member.user)) this.#changed(room.id, "timeline");
    this.#membersTold.set(room.id, this.membersTold(room.id) + 1);
    if (fact.type === "member_joined") room.member_count += 1;
    if (left) room.member_count = Math.max(0, room.member_count - 1);
    const members = this.#members.get(room.id);
    if (left) {
      members?.delete(id);
      this.typists(room.id).forget(id);
    } else members?.set(id, member);
    if (members) room.member_count = members.size;
    this.#changed(room.id, "members");
    this.#changed(room.id, "room");
  }

  /** @param {Fact} fact */
  #isMyEnd(fact) {
    return isEnd(fact) && fact.member?.user.id === this.#me;
  }

  /**
   * @param {Map<string, Member>} members
   * @param {string} id
   * @param {boolean} online
   */
  #setOnline(members, id, online) {
    const member = members.get(id);
    if (member) members.set(id, { ...member, online });
  }

  /** @param {Message | null | undefined} message */
  #touch(message) {
    if (!message) return;
    const at = Date.parse(message.created_at);
    this.#activity.set(message.room_id, Math.max(this.#lastActive(message.room_id), at));
  }

  /** @param {string} roomId */
  #lastActive(roomId) {
    return this.#activity.get(roomId) ?? 0;
  }
}

/** @param {Fact} fact */
function isEnd({ type }) {
  return type === "member_left" || type === "member_removed";
}

/** @param {Fact} fact by which somebody is out @returns {OutOfRoom} */
function outOfRoom({ type, banned }) {
  if (type === "member_left") return "left";
  return banned ? "banned" : "removed";
}
