/** Puts what came with the page in its place, so that the log can be followed from there on. */

/**
 * @typedef {import("./types").PageData} PageData
 * @typedef {{conversations: import("./conversations.js").Conversations, feed: import("./feed.js").Feed}} Places
 */

/** As many messages come with the page, when there are as many. */
export const PAGE = 50;

/**
 * @param {PageData} page
 * @param {Places} places
 */
export function load(page, { conversations, feed }) {
  const { room, rooms, messages, place } = page;
  conversations.setRooms(rooms, Date.parse(page.now));
  const last = conversations.room(room.id)?.last_message ?? null;
  // Here a room that isn't in the server's list yet has just come to be.
  conversations.add({ ...room, last_message: last }, Date.parse(last?.created_at ?? page.now));
  conversations.setMembers(room.id, page.members);
  const newest = messages.at(-1)?.seq ?? 0;
  const hasNewer = place !== null && newest < room.last_seq;
  // Around a place, each half of the page is full by itself.
  const older = place === null ? messages : messages.filter((message) => message.seq <= place);
  const hasOlder = older.length >= (place === null ? PAGE : PAGE / 2);
  conversations.timeline(room.id).load(messages, { hasOlder, hasNewer });
  // Not the room's own last seq: nothing says that it was read before the messages were, and a fact told twice is
  // free. A window that doesn't reach the present is read on by pages, not by facts, so there it is the place.
  const read = hasNewer ? room.last_seq : Math.min(newest, room.last_seq);
  for (const each of rooms) feed.track(each, each.id === room.id ? read : each.last_seq);
}
