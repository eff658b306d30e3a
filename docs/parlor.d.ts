/** The contract of Parlor, version 1, as TypeScript types. Made by `make types` from the code: not to be edited. */

/** The last seq of each room that holds more than the client knew of. */
export interface Ahead {
  behind: Record<string, number>;
}

/** Somebody who came into a room; `left_at` is null while they are in it. */
export interface Arrival {
  user: User;
  role: "owner" | "moderator" | "member";
  joined_at: string;
  left_at: string | null;
}

/** Some of a list; `next` is what to ask for with `cursor`, null at the end. */
export interface ArrivalPage {
  items: Arrival[];
  next: string | null;
}

/** CONNECT's `auth`: a token, or a browser's CSRF token beside its cookie; flat strings only. `v` is the version of the contract that the client speaks, `1` when it is not said. */
export interface Auth {
  token?: string;
  csrf?: string;
  v?: string;
}

/** Somebody whom no link lets back in, and since when. */
export interface Ban {
  user: User;
  since: string;
}

/** Some of a list; `next` is what to ask for with `cursor`, null at the end. */
export interface BanPage {
  items: Ban[];
  next: string | null;
}

/** The answer to `sync`. `removed`: rooms that were named and that one isn't in. */
export interface CaughtUp {
  me: User;
  now: string;
  limits: Limits;
  rooms: RoomMissed[];
  removed: string[];
}

/** A message after something was done to it. */
export interface Changed {
  message: Message;
}

/** A session or a token of mine; its secret is not stored. `current`: the one that asks. */
export interface Credential {
  id: string;
  name: string;
  scopes: ("read" | "write")[];
  created_at: string;
  last_used_at: string;
  expires_at: string;
  current: boolean;
}

/** Some of a list; `next` is what to ask for with `cursor`, null at the end. */
export interface CredentialPage {
  items: Credential[];
  next: string | null;
}

/** One thing that was done in a room. `kind` is that of the entry; `detail` says what changed, and to what. `actor` and `subject` are null for a deleted account, `subject` also where it was done to nobody. */
export interface Deed {
  seq: number;
  at: string;
  kind: string;
  actor: User | null;
  subject: User | null;
  detail: Record<string, string | number | boolean | null> | null;
}

/** Some of a list; `next` is what to ask for with `cursor`, null at the end. */
export interface DeedPage {
  items: Deed[];
  next: string | null;
}

/** `delete_message`. */
export interface DeleteMessage {
  message_id: string;
}

export type DeleteMessageAck = { ok: true; data: Changed } | { ok: false; error: Problem };

/** DELETE /me: `messages` says what becomes of what one said. */
export interface Deletion {
  current: string;
  messages?: "keep" | "erase";
}

/** Nothing but that it was done. */
export type Done = Record<string, unknown>;

/** What a message said before an edit; `version` is the last one of the message that said so. */
export interface EarlierVersion {
  version: number;
  text: string;
  written_at: string;
}

/** Some of a list; `next` is what to ask for with `cursor`, null at the end. */
export interface EarlierVersionPage {
  items: EarlierVersion[];
  next: string | null;
}

/** `edit_message`. */
export interface EditMessage {
  /** Something that can be seen, NFC and trimmed; at most 16 KiB. */
  text: string;
  version?: number | null;
  message_id: string;
}

export type EditMessageAck = { ok: true; data: Changed } | { ok: false; error: Problem };

/** What differs from one Parlor to the next. */
export interface Features {
  registration: "open" | "link" | "closed";
}

/** What is wrong with one field; `path` is dotted, empty for the whole. */
export interface FieldError {
  path: string;
  message: string;
}

/** A new room and its first link. */
export interface Founded {
  room: Room;
  invite: Invite;
}

/** PUT /rooms/{id}/owner: to whom. */
export interface Handover {
  user_id: string;
}

/** `heads`: what the client believes to be the last seq of each room. */
export interface Heads {
  rooms: Record<string, number>;
}

export type HeadsAck = { ok: true; data: Ahead } | { ok: false; error: Problem };

/** What one is about to join, as far as whoever has the link may know. `inviter` is null for a deleted account. */
export interface Invitation {
  title: string;
  inviter: User | null;
  member_count: number;
  asks_first: boolean;
}

/** A link into a room. */
export interface Invite {
  id: string;
  token: string;
  url: string;
  label: string | null;
  created_by: User;
  created_at: string;
  expires_at: string | null;
  max_uses: number | null;
  uses: number;
  revoked_at: string | null;
  history: "all" | "recent" | "none";
  asks_first: boolean;
}

/** Some of a list; `next` is what to ask for with `cursor`, null at the end. */
export interface InvitePage {
  items: Invite[];
  next: string | null;
}

/** A new token with its secret, which is in this answer and in no other. */
export interface Issued {
  id: string;
  name: string;
  scopes: ("read" | "write")[];
  created_at: string;
  last_used_at: string;
  expires_at: string;
  current: boolean;
  token: string;
  user: User;
}

/** The room that one is in now; with the status 202 none, but the knock by which one asks to be let in. */
export interface Joined {
  room?: Room;
  knock?: Knock;
}

/** Somebody at a room's door. `link`: what the link that they came by is for. */
export interface Knock {
  id: string;
  room_id: string;
  user: User;
  link: string | null;
  created_at: string;
  state: "waiting" | "approved" | "denied";
}

/** Somebody knocked, or was answered. */
export interface KnockChanged {
  room_id: string;
  knock: Knock;
}

/** Some of a list; `next` is what to ask for with `cursor`, null at the end. */
export interface KnockPage {
  items: Knock[];
  next: string | null;
}

/** PATCH /rooms/{id}/me. */
export interface LevelChange {
  level: "everything" | "mentions" | "nothing";
}

/** One wants to be told of more or less. */
export interface LevelChanged {
  room_id: string;
  level: "everything" | "mentions" | "nothing";
}

/** What clients are told, so that they can refuse before they ask. Text in code points, times in seconds. */
export interface Limits {
  message_text: number;
  title: number;
  display_name: number;
  username_min: number;
  username_max: number;
  password_min: number;
  password_max: number;
  rooms_per_user: number;
  members_per_room: number;
  reactions_per_message: number;
  pins_per_room: number;
  edits_per_message: number;
  edit_seconds: number;
  excerpt: number;
  history_page: number;
  sync_entries: number;
  frame_bytes: number;
  json_bytes: number;
  ping_interval: number;
  ping_timeout: number;
}

/** A fact of the log. More kinds may come: ignore one that you don't know, but go on to its seq. */
export type LoggedFact = MessagePosted | MessageEdited | MessageDeleted | MessageReacted | MessagePinned | MemberJoined | MemberLeft | MemberRemoved | MemberChanged | RoomChanged;

/** A person in a room. `muted_until`: they may only read until then; null for who may speak. */
export interface Member {
  user: User;
  role: "owner" | "moderator" | "member";
  joined_at: string;
  online: boolean;
  muted_until: string | null;
}

/** A member has another role or another name, or is muted or no longer. */
export type MemberChanged = MemberFact & { type: "member_changed" };

/** Something happened to a member. */
export interface MemberFact {
  type: string;
  room_id: string;
  seq: number;
  at: string;
  member: Member;
}

/** Somebody came into the room. */
export type MemberJoined = MemberFact & { type: "member_joined" };

/** Somebody left the room. */
export type MemberLeft = MemberFact & { type: "member_left" };

/** Some of a list; `next` is what to ask for with `cursor`, null at the end. */
export interface MemberPage {
  items: Member[];
  next: string | null;
}

/** Somebody was taken out of the room. */
export type MemberRemoved = RemovalFact & { type: "member_removed" };

/** A message in its present form; a deleted one is a tombstone. `author` is null for a deleted account. `version` counts everything that happens to it: of two drawings of a message, the one with the higher one is the later. Reactions come in the order in which each emoji was first there, and the people in the order in which they came. */
export interface Message {
  id: string;
  room_id: string;
  seq: number;
  version: number;
  nonce: string;
  author: User | null;
  text: string;
  created_at: string;
  edited_at: string | null;
  deleted_at: string | null;
  reply_to: Quoted | null;
  reactions: Reaction[];
  pinned: boolean;
  files: null[];
}

/** A message is a tombstone now. */
export type MessageDeleted = MessageFact & { type: "message_deleted" };

/** A message says something else now. */
export type MessageEdited = MessageFact & { type: "message_edited" };

/** Something happened to a message, which is whole and in its present form. */
export interface MessageFact {
  type: string;
  room_id: string;
  seq: number;
  at: string;
  message: Message;
}

/** Some of a list; `next` is what to ask for with `cursor`, null at the end. */
export interface MessagePage {
  items: Message[];
  next: string | null;
}

/** A message was pinned, or its pin taken out. */
export type MessagePinned = MessageFact & { type: "message_pinned" };

/** Somebody said something. */
export type MessagePosted = MessageFact & { type: "message_posted" };

/** Somebody put an emoji under a message, or took it away. */
export type MessageReacted = MessageFact & { type: "message_reacted" };

/** PUT /rooms/{id}/members/{user_id}/mute: for how long. */
export interface Mute {
  seconds: number;
}

/** POST /rooms/{id}/bots. Without a display name, it is shown by its username. */
export interface NewBot {
  /** Letters, digits, and _ - . only, beginning with a letter or a digit; NFKC. */
  username: string;
  display_name?: string | null;
}

/** POST /rooms/{id}/invites; `expires_in` in seconds. `history` says what newcomers see of what was said before them: all, the last 50, or none; with `asks_first` an owner or a moderator lets each of them in. */
export interface NewInvite {
  label?: string | null;
  expires_in?: number | null;
  max_uses?: number | null;
  history?: "all" | "recent" | "none";
  asks_first?: boolean;
}

/** POST /rooms/{id}/messages. `reply_to`: the id of the message it answers, of the same room. Files are not here yet: only their absence may be said. */
export interface NewMessage {
  /** A UUID, one for each message; the same again says nothing twice. */
  nonce: string;
  /** Something that can be seen, NFC and trimmed; at most 16 KiB. */
  text: string;
  reply_to?: string | null;
  file_ids?: string[];
}

/** POST /messages/{id}/report. */
export interface NewReport {
  reason?: string;
}

/** POST /rooms and PATCH /rooms/{id}. */
export interface NewRoom {
  /** One line that can be seen; tidied. */
  title: string;
}

/** PATCH /messages/{id}. `version`: what the author saw; when it says something else by now, it is a conflict. */
export interface NewText {
  /** Something that can be seen, NFC and trimmed; at most 16 KiB. */
  text: string;
  version?: number | null;
}

/** PUT /me/password. */
export interface PasswordChange {
  current: string;
  /** Not one of the most used ones, nor the username. */
  password: string;
}

/** `post_message`. */
export interface PostMessage {
  /** A UUID, one for each message; the same again says nothing twice. */
  nonce: string;
  /** Something that can be seen, NFC and trimmed; at most 16 KiB. */
  text: string;
  reply_to?: string | null;
  file_ids?: string[];
  room_id: string;
}

export type PostMessageAck = { ok: true; data: Posted } | { ok: false; error: Problem };

/** What was said. `duplicate`: this nonce was posted before, and nobody was told again. */
export interface Posted {
  message: Message;
  duplicate: boolean;
}

/** Who came and who went. */
export interface PresenceChanged {
  room_id: string;
  online: string[];
  offline: string[];
}

/** RFC 9457 problem details, with the code that programs act on. `retry_after` is in seconds. */
export interface Problem {
  status: number;
  code: "invalid" | "unauthenticated" | "forbidden" | "not_found" | "conflict" | "too_large" | "rate_limited" | "unsupported_version" | "unavailable" | "internal";
  title: string;
  detail?: string;
  errors?: FieldError[];
  retry_after?: number;
}

/** PATCH /me. */
export interface Profile {
  /** One line that can be seen; tidied. */
  display_name: string;
}

/** Everybody who came by a link was put out; until `undo_until` that can be taken back. `count`: how many. */
export interface Purge {
  id: string;
  invite_id: string;
  created_at: string;
  undo_until: string;
  count: number;
}

/** POST /invites/{id}/purge: who came by it since then; without it, who ever did. */
export interface Purging {
  since?: string | null;
}

/** The message that another one answers, in its present form: `excerpt` is the beginning of its text on one line, every run of spaces, tabs and newlines one space, and empty for a deleted one. When the quoted message is edited or deleted, whoever shows an answer to it makes the excerpt anew from that message, as no fact names the answers. */
export interface Quoted {
  id: string;
  seq: number;
  author: User | null;
  excerpt: string;
}

/** One emoji under a message, and who put it there. */
export interface Reaction {
  emoji: string;
  count: number;
  user_ids: string[];
}

/** One has read on. */
export interface ReadChanged {
  room_id: string;
  seq: number;
  unread: number;
  mentions: number;
  last_seq: number;
}

/** PUT /rooms/{id}/read. Reading goes forwards only, whichever device is slower; `back` marks what is after `seq` as unread again. */
export interface ReadUpTo {
  seq: number;
  back?: boolean;
}

/** How far one has read a room, and what is left. Facts up to `last_seq` are counted, and none after it. */
export interface Reading {
  read_seq: number;
  unread: number;
  mentions: number;
  last_seq: number;
}

/** POST /users. */
export interface Registration {
  /** Letters, digits, and _ - . only, beginning with a letter or a digit; NFKC. */
  username: string;
  /** Not one of the most used ones, nor the username. */
  password: string;
  /** One line that can be seen; tidied. */
  device_name?: string;
  invite?: string | null;
}

/** A member was taken out. `by` is null for a deleted account; who is `banned` comes back by no link. */
export interface RemovalFact {
  type: string;
  room_id: string;
  seq: number;
  at: string;
  member: Member;
  by: User | null;
  banned: boolean;
}

/** Somebody asks the moderators to look at a message. `outcome` is null until one answered. */
export interface Report {
  id: string;
  room_id: string;
  message: Message;
  reporter: User;
  reason: string;
  created_at: string;
  closed_at: string | null;
  outcome: "dismissed" | "message_deleted" | "author_removed" | null;
}

/** PATCH /reports/{id}. */
export interface ReportAnswer {
  outcome: "dismissed" | "message_deleted" | "author_removed";
}

/** A message was reported, or that answered. */
export interface ReportChanged {
  room_id: string;
  report_id: string;
  open: boolean;
}

/** Some of a list; `next` is what to ask for with `cursor`, null at the end. */
export interface ReportPage {
  items: Report[];
  next: string | null;
}

/** That a message was reported, for who did. */
export interface Reported {
  id: string;
  created_at: string;
}

/** How many were let back in. */
export interface Restored {
  count: number;
}

/** PATCH /rooms/{id}/members/{user_id}. */
export interface RoleChange {
  role: "owner" | "moderator" | "member";
}

/** A room, as one of its members sees it. `slow_seconds` is between two messages of a member, 0 for no such pause; while `joining_closed`, no link lets anybody in; `muted_until`: until then I may only read; `slow_until`: until then slow mode keeps me from saying the next thing. I see what was said from `from_seq` on: 0 is all of it. */
export interface Room {
  id: string;
  title: string;
  epoch: string;
  last_seq: number;
  read_seq: number;
  unread: number;
  mentions: number;
  role: "owner" | "moderator" | "member";
  member_count: number;
  slow_seconds: number;
  joining_closed: boolean;
  muted_until: string | null;
  slow_until: string | null;
  level: "everything" | "mentions" | "nothing";
  from_seq: number;
  last_message?: Message | null;
}

/** One is in one more room. */
export interface RoomAdded {
  room: Room;
}

/** PATCH /rooms/{id}: what is left out stays as it is. `slow_seconds` is between two messages of one member. */
export interface RoomChange {
  title?: string | null;
  slow_seconds?: number | null;
  joining_closed?: boolean | null;
}

/** The room has another title, another pace, or its door is open or closed. */
export type RoomChanged = RoomFact & { type: "room_changed" };

/** Something changed about the room itself. */
export interface RoomFact {
  type: string;
  room_id: string;
  seq: number;
  at: string;
  room: RoomFields;
}

/** Those fields of a room that changed. */
export interface RoomFields {
  title?: string;
  slow_seconds?: number;
  joining_closed?: boolean;
}

/** One room of a catch-up. With `reset`, `entries` is empty: take a snapshot from the history. */
export interface RoomMissed {
  room: Room;
  entries: LoggedFact[];
  reset: boolean;
}

/** Some of a list; `next` is what to ask for with `cursor`, null at the end. */
export interface RoomPage {
  items: Room[];
  next: string | null;
}

/** One is out of a room. */
export interface RoomRemoved {
  room_id: string;
  reason: "left" | "removed" | "banned" | "deleted";
}

/** What a program should know before it signs anybody in. */
export interface Server {
  name: string;
  version: string;
  api: Versions;
  limits: Limits;
  features: Features;
  now: string;
}

/** The session or token is no more. */
export interface SessionEnded {
  reason: "signed_out" | "revoked" | "expired" | "server_closing";
  retry_after?: number;
}

/** `set_pin`. */
export interface SetPin {
  message_id: string;
  on: boolean;
}

export type SetPinAck = { ok: true; data: Changed } | { ok: false; error: Problem };

/** `set_reaction`: exactly one emoji. */
export interface SetReaction {
  message_id: string;
  /** Exactly one emoji. */
  emoji: string;
  on: boolean;
}

export type SetReactionAck = { ok: true; data: Changed } | { ok: false; error: Problem };

/** `set_read`. */
export interface SetRead {
  seq: number;
  back?: boolean;
  room_id: string;
}

export type SetReadAck = { ok: true; data: Reading } | { ok: false; error: Problem };

/** `set_typing`. */
export interface SetTyping {
  room_id: string;
  typing: boolean;
}

export type SetTypingAck = { ok: true; data: Done } | { ok: false; error: Problem };

/** POST /tokens by name and password. */
export interface SignIn {
  username: string;
  password: string;
  /** One line that can be seen; tidied. */
  device_name?: string;
  scopes?: ("read" | "write")[];
}

/** `sync`: where the client is, by room. */
export interface Sync {
  rooms: Record<string, number>;
  epochs?: Record<string, string>;
}

export type SyncAck = { ok: true; data: CaughtUp } | { ok: false; error: Problem };

/** Somebody writes, or stopped. */
export interface TypingChanged {
  room_id: string;
  user: User;
  typing: boolean;
}

/** A person, as anybody in a room with them sees them. */
export interface User {
  id: string;
  username: string;
  display_name: string;
  avatar_url: string | null;
  bot: boolean;
}

/** The versions of the contract that a server speaks. */
export interface Versions {
  min: number;
  max: number;
}

/** What is asked on the socket: what is sent, the `data` of its ack. */
export interface Requests {
  sync: { sent: Sync; data: CaughtUp };
  post_message: { sent: PostMessage; data: Posted };
  edit_message: { sent: EditMessage; data: Changed };
  delete_message: { sent: DeleteMessage; data: Changed };
  set_reaction: { sent: SetReaction; data: Changed };
  set_pin: { sent: SetPin; data: Changed };
  set_read: { sent: SetRead; data: Reading };
  set_typing: { sent: SetTyping; data: Done };
  heads: { sent: Heads; data: Ahead };
}

/** What is told on the socket, by event. */
export interface Facts {
  message_posted: MessagePosted;
  message_edited: MessageEdited;
  message_deleted: MessageDeleted;
  message_reacted: MessageReacted;
  message_pinned: MessagePinned;
  member_joined: MemberJoined;
  member_left: MemberLeft;
  member_removed: MemberRemoved;
  member_changed: MemberChanged;
  room_changed: RoomChanged;
  room_added: RoomAdded;
  room_removed: RoomRemoved;
  typing_changed: TypingChanged;
  presence_changed: PresenceChanged;
  read_changed: ReadChanged;
  level_changed: LevelChanged;
  knock_changed: KnockChanged;
  report_changed: ReportChanged;
  session_ended: SessionEnded;
}

/** REST, under /api/v1: what is sent, and the answer. */
export interface Routes {
  "POST /rooms/{room_id}/bots": { body: NewBot; answer: Issued };
  "POST /rooms/{room_id}/bots/{bot_id}/token": { answer: Issued };
  "DELETE /rooms/{room_id}/bots/{bot_id}/token": {};
  "POST /users": { body: Registration; answer: Issued };
  "POST /tokens": { body: SignIn; answer: Issued };
  "GET /tokens": { answer: CredentialPage };
  "DELETE /tokens/current": {};
  "DELETE /tokens/{credential_id}": {};
  "GET /sessions": { answer: CredentialPage };
  "DELETE /sessions": {};
  "GET /sessions/{credential_id}": { answer: Credential };
  "DELETE /sessions/{credential_id}": {};
  "GET /invites/{invite_id}/members": { query: { since?: string | null; limit?: number; cursor?: string | null }; answer: ArrivalPage };
  "POST /invites/{invite_id}/purge": { body: Purging; answer: Purge };
  "POST /purges/{purge_id}/undo": { answer: Restored };
  "GET /rooms/{room_id}/knocks": { answer: KnockPage };
  "POST /knocks/{knock_id}/approve": { answer: Member };
  "POST /knocks/{knock_id}/deny": {};
  "GET /rooms": { answer: RoomPage };
  "POST /rooms": { body: NewRoom; answer: Founded };
  "GET /rooms/{room_id}": { answer: Room };
  "PATCH /rooms/{room_id}": { body: RoomChange; answer: Room };
  "DELETE /rooms/{room_id}": {};
  "PATCH /rooms/{room_id}/me": { body: LevelChange; answer: Room };
  "PUT /rooms/{room_id}/owner": { body: Handover; answer: Member };
  "GET /rooms/{room_id}/audit": { query: { limit?: number; cursor?: number | null }; answer: DeedPage };
  "PUT /rooms/{room_id}/read": { body: ReadUpTo; answer: Reading };
  "GET /rooms/{room_id}/invites": { query: { limit?: number; cursor?: string | null }; answer: InvitePage };
  "POST /rooms/{room_id}/invites": { body: NewInvite; answer: Invite };
  "POST /rooms/{room_id}/invites/rotate": { answer: Invite };
  "DELETE /invites/{invite_id}": {};
  "GET /join/{token}": { answer: Invitation };
  "POST /join/{token}": { answer: Joined };
  "PUT /messages/{message_id}/reactions/{emoji}": { answer: Changed };
  "DELETE /messages/{message_id}/reactions/{emoji}": { answer: Changed };
  "PUT /messages/{message_id}/pin": { answer: Changed };
  "DELETE /messages/{message_id}/pin": { answer: Changed };
  "GET /rooms/{room_id}/members": { answer: MemberPage };
  "PATCH /rooms/{room_id}/members/{user_id}": { body: RoleChange; answer: Member };
  "DELETE /rooms/{room_id}/members/{user_id}": { query: { ban?: boolean } };
  "DELETE /rooms/{room_id}/members/me": {};
  "PUT /rooms/{room_id}/members/{user_id}/mute": { body: Mute; answer: Member };
  "DELETE /rooms/{room_id}/members/{user_id}/mute": {};
  "GET /rooms/{room_id}/departures": { query: { name?: string; limit?: number; cursor?: string | null }; answer: ArrivalPage };
  "GET /rooms/{room_id}/bans": { answer: BanPage };
  "PUT /rooms/{room_id}/bans/{user_id}": {};
  "DELETE /rooms/{room_id}/bans/{user_id}": {};
  "GET /rooms/{room_id}/messages": { query: { before?: number | null; after?: number | null; around?: number | null; limit?: number; cursor?: string | null }; answer: MessagePage };
  "POST /rooms/{room_id}/messages": { body: NewMessage; answer: Posted };
  "PATCH /messages/{message_id}": { body: NewText; answer: Changed };
  "DELETE /messages/{message_id}": { answer: Changed };
  "GET /messages/{message_id}/versions": { answer: EarlierVersionPage };
  "GET /rooms/{room_id}/pins": { answer: MessagePage };
  "GET /mentions": { query: { limit?: number; cursor?: string | null }; answer: MessagePage };
  "GET /me": { answer: User };
  "PATCH /me": { body: Profile; answer: User };
  "DELETE /me": { body: Deletion };
  "PUT /me/password": { body: PasswordChange };
  "POST /sync": { body: Sync; answer: CaughtUp };
  "POST /messages/{message_id}/report": { body: NewReport; answer: Reported };
  "GET /rooms/{room_id}/reports": { answer: ReportPage };
  "PATCH /reports/{report_id}": { body: ReportAnswer; answer: Report };
  "GET /server": { answer: Server };
  "GET /openapi.json": { answer: Record<string, unknown> };
  "GET /asyncapi.json": { answer: Record<string, unknown> };
}
