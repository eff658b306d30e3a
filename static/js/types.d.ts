/** The few shapes that several modules of the page share. What crosses the wire is the contract's, made from the code. */

import type * as contract from "../../docs/parlor";
import type { CaughtUp, Invite, Knock, Member, Problem, Quoted, Report, Room, RoomMissed, RoomRemoved, User } from "../../docs/parlor";

export type { Invite, Knock, Member, Problem, Report, Room, User };
export type Quote = Quoted;

export interface Message extends contract.Message {
  /** I deleted it, and the server doesn't know yet. */
  leaving?: boolean;
}

export type Role = Member["role"];

/** Why one is out of a room. */
export type OutOfRoom = RoomRemoved["reason"];

export type Ack<T> = { ok: true; data: T } | { ok: false; error: Problem };

/** A fact as it is heard: every logged one has `seq`; unknown fields and unknown types are normal. */
export interface Fact extends Omit<contract.MessageFact, "message"> {
  message?: Message;
  member?: Member;
  room?: Partial<Room>;
  by?: User | null;
  banned?: boolean;
}

export type SyncedRoom = Omit<RoomMissed, "entries"> & { entries: Fact[] };

export type SyncAnswer = Omit<CaughtUp, "rooms"> & { rooms: SyncedRoom[] };

export interface Page<T> {
  items: T[];
  next: string | null;
}

/** A message that this browser wrote and the server hasn't confirmed. */
export interface Pending {
  nonce: string;
  room_id: string;
  text: string;
  created_at: string;
  reply_to?: Quote | null;
  state: "waiting" | "failed";
  error?: Problem | null;
}

/** One thing to draw in the list of messages, top to bottom. */
export type Row =
  | { kind: "day"; key: string; at: string }
  | { kind: "new"; key: string }
  | {
      kind: "message";
      key: string;
      message: Message;
      first: boolean;
      mine: boolean;
      pending: Pending | null;
    };

/** What the server puts into the page's JSON block. */
export interface PageData {
  me: User;
  room: Room;
  rooms: Room[];
  members: Member[];
  messages: Message[];
  /** The seq that these messages are around; null when they are what was said last. */
  place: number | null;
  invite: Invite | null;
  limits: Record<string, number>;
  csrf: string;
  now: string;
}
