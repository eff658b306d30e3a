/**
 * A bot that says again what people say. An owner of the room makes it on the page of members, and copies its token.
 *
 *     npm install socket.io-client
 *     node examples/echo_bot.mjs http://127.0.0.1:5000 pt_…
 */

import { createHash } from "node:crypto";
import { io } from "socket.io-client";

const [url, token] = process.argv.slice(2);
const socket = io(`${url}/chat`, { auth: { token, v: "1" } });

/** A UUID that is the same for the same message: it is answered once, however often we hear of it. */
function nonceFor(id) {
  const hex = createHash("sha256").update(id).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

socket.on("message_posted", async ({ message: { id, room_id, author, text } }) => {
  if (!author || author.bot) return; // two echoes would never end
  const answer = await socket.emitWithAck("post_message", { room_id, nonce: nonceFor(id), text });
  if (!answer.ok) console.log(answer.error.title);
});

socket.on("connect", () => console.log("listening"));
socket.on("connect_error", ({ message }) => console.log(message));
socket.on("session_ended", ({ reason }) => console.log(reason));
