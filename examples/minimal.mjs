/**
 * The smallest client that loses nothing and doubles nothing. It needs the socket.io-client package, and no more.
 *
 *     node examples/minimal.mjs http://127.0.0.1:5000 pt_… ROOM_ID [SECONDS]
 *
 * Type to talk. `/drop` cuts the line for a minute, or for so many seconds, and catches up. */
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const [url, token, room_id, seconds = 60] = process.argv.slice(2);
const socket = io(`${url}/chat`, { auth: { token, v: "1" } });
const outbox = []; // what isn't confirmed yet, in the order of writing
let cursor = null; // the last seq of the room that we know
let sending = false;
/** The answer, or null when none came in time, or the line broke. */
const ask = (event, data) => socket.timeout(10_000).emitWithAck(event, data).catch(() => null);
const show = ({ seq, author, text }) => console.log(`${seq} ${author?.display_name ?? "deleted member"}: ${text}`);

async function catchUp() {
  const answer = await ask("sync", { rooms: cursor === null ? {} : { [room_id]: cursor } });
  if (!answer?.ok) return void (socket.connected && setTimeout(catchUp, 1000 * (answer?.error.retry_after ?? 1)));
  const mine = answer.data.rooms.find(({ room }) => room.id === room_id);
  if (!mine) return console.log("You are not in this room.");
  if (mine.reset) {
    const headers = { Authorization: `Bearer ${token}` };
    const page = await fetch(`${url}/api/v1/rooms/${room_id}/messages?limit=100`, { headers }).then((reply) => reply.json());
    page.items.reverse().filter(({ seq }) => seq <= mine.room.last_seq).forEach(show);
    cursor = mine.room.last_seq;
    return catchUp(); // for what was told meanwhile
  }
  mine.entries.forEach(apply);
  send();
}

function apply(fact) {
  if (cursor === null || fact.room_id !== room_id || !(fact.seq > cursor)) return; // passing, elsewhere, or known
  if (fact.seq > cursor + 1) return void catchUp(); // a hole
  cursor = fact.seq; // also over a fact of a kind that we don't know
  if (fact.type === "message_posted") show(fact.message);
}

async function send() {
  if (sending || !outbox.length || !socket.connected) return;
  sending = true;
  const answer = await ask("post_message", { room_id, ...outbox[0] });
  sending = false;
  const again = !answer || ["rate_limited", "unavailable", "internal"].includes(answer.error?.code);
  if (again) return void setTimeout(send, 1000 * (answer?.error.retry_after ?? 1)); // with the same nonce
  outbox.shift();
  if (!answer.ok) console.log(`Not sent: ${answer.error.title}`);
  send();
}

socket.on("connect", catchUp).onAny((event, fact) => apply(fact));
socket.on("connect_error", ({ message }) => console.log(message)).on("disconnect", (reason) => console.log(reason));
for await (const text of createInterface({ input: process.stdin })) {
  if (text === "/drop") socket.disconnect(), setTimeout(() => socket.connect(), 1000 * seconds);
  else outbox.push({ nonce: crypto.randomUUID(), text }), send();
}
