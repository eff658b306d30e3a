/**
 * The browser's own modules, told by JSON what they knew, what they heard live and what `sync` answered: says what each
 * way ends in, and what a page that is loaded now begins with, in the fields that are drawn.
 */

import { text } from "node:stream/consumers";
import { Conversations } from "../../static/js/conversations.js";
import { Sync } from "../../static/js/sync.js";

const { me, stale, told, answer, fresh } = JSON.parse(await text(process.stdin));
const NOW = Date.parse(answer.now);

/** A page as it is right after loading. */
function opened({ room, messages, members }) {
  const calls = (message) => new RegExp(`@(?:${me.username}|room)\\b`).test(message.text);
  const conversations = new Conversations(me.id, () => {}, calls);
  conversations.setRooms([structuredClone(room)], NOW);
  conversations.setMembers(room.id, members);
  conversations.timeline(room.id).load(messages, { hasOlder: false });
  return conversations;
}

/** What a person sees of the room. Names are as pages/room.js finds them. */
function drawn(conversations) {
  const room = conversations.room(fresh.room.id);
  if (!room) return null;
  const name = (author) => author && (conversations.member(room.id, author.id)?.user.display_name ?? author.display_name);
  const { last_message: last, ...rest } = room;
  const messages = conversations.timeline(room.id).messages.map((message) => ({
    ...message,
    author: name(message.author),
    reply_to: message.reply_to && { ...message.reply_to, author: name(message.reply_to.author) },
  }));
  const line = last && [last.author?.display_name, last.text, last.deleted_at];
  return { room: rest, line, messages, members: conversations.members(room.id) };
}

const live = opened(stale);
const hearing = new Sync();
hearing.track(stale.room.id, stale.room.last_seq, stale.room.epoch);
for (const fact of told) for (const due of hearing.hear(fact)) live.hear(due);

const slept = opened(stale);
const catching = new Sync();
catching.track(stale.room.id, stale.room.last_seq, stale.room.epoch);
const { steps, removed } = catching.answer(answer);
for (const step of steps) slept.apply(step, NOW);
for (const id of removed) slept.remove(id);

const pages = { live: drawn(live), slept: drawn(slept), fresh: drawn(opened(fresh)) };
process.stdout.write(JSON.stringify(pages));
