/** What crosses the wire, as CONTRACT.md §3 names it; and the few shapes that several modules here share. */

export interface User {
  id: string;
  username: string;
  display_name: string;
  avatar_url?: string | null;
  bot?: boolean;
}

export interface Quote {
  id: string;
  seq: number;
  author: User | null;
  excerpt: string;
}

export interface Message {
  id: string;
  room_id: string;
  seq: number;
  version: number;
  nonce?: string;
  author: User | null;
  text: string;
  created_at: string;
  edited_at?: string | null;
  deleted_at?: string | null;
  reply_to?: Quote | null;
  reactions?: { emoji: string; count: number; user_ids: string[] }[];
  pinned?: boolean;
  files?: unknown[];
  /** Only here: I deleted it, and the server doesn't know yet. */
  leaving?: boolean;
}

export type Role = "owner" | "moderator" | "member";

export interface Member {
  user: User;
  role: Role;
  joined_at: string;
  online: boolean;
}

export interface Room {
  id: string;
  title: string;
  epoch: string;
  last_seq: number;
  read_seq: number;
  unread: number;
  mentions: number;
  role: Role;
  member_count: number;
  last_message?: Message | null;
}

export interface Invite {
  id: string;
  token: string;
  url: string;
  label?: string | null;
  expires_at?: string | null;
  max_uses?: number | null;
  uses: number;
  revoked_at?: string | null;
}

export interface Problem {
  status: number;
  code: string;
  title: string;
  detail?: string;
  errors?: { path: string; message: string }[];
  retry_after?: number;
}

export type Ack<T> = { ok: true; data: T } | { ok: false; error: Problem };

/** A fact as it is heard: every logged one has `seq`; unknown fields and unknown types are normal. */
export interface Fact {
  type: string;
  room_id: string;
  seq: number;
  at?: string;
  message?: Message;
  member?: Member;
  room?: Partial<Room>;
  by?: User | null;
  banned?: boolean;
}

export interface SyncedRoom {
  room: Room;
  entries: Fact[];
  reset: boolean;
}

export interface SyncAnswer {
  me: User;
  now: string;
  limits?: Record<string, number>;
  rooms: SyncedRoom[];
  removed: string[];
}

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
  invite: Invite | null;
  limits: Record<string, number>;
  csrf: string;
  now: string;
}
