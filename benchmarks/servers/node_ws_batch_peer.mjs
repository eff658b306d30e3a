// The highest peer: Node `ws` with Parlor's own technique. What came in one turn of the loop is one transaction, and
// one write per member. Bare frames without Socket.IO around them, and nothing of an application.

import { createServer } from "node:http";
import { WebSocketServer, Sender } from "ws";
import { insertAll, verify } from "./store.mjs";

const http = createServer();
const server = new WebSocketServer({ server: http, path: "/ws" });
const rooms = new Map();
let inbox = [];

const frame = (fact) =>
  Sender.frame(Buffer.from(JSON.stringify(fact)), { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true });

function write(socket, bytes) {
  if (socket.readyState === socket.OPEN) socket._socket.write(bytes);
}

function flush() {
  const posted = inbox;
  inbox = [];
  insertAll(posted.map((each) => each.message));

  const told = new Map();
  for (const { message } of posted) {
    const frames = told.get(message.room);
    const framed = frame({ type: "msg", ...message });
    if (frames) frames.push(...framed);
    else told.set(message.room, framed);
  }
  for (const [room, frames] of told) {
    const bytes = Buffer.concat(frames);
    for (const member of rooms.get(room)) write(member, bytes);
  }
  const acknowledged = new Map();
  for (const { socket, number } of posted) {
    const frames = acknowledged.get(socket) ?? [];
    frames.push(...frame({ type: "ack", number }));
    acknowledged.set(socket, frames);
  }
  for (const [socket, frames] of acknowledged) write(socket, Buffer.concat(frames));
}

server.on("connection", (socket, request) => {
  const asked = new URL(request.url, "http://here").searchParams;
  let user;
  try {
    user = verify(asked.get("token"));
  } catch {
    socket.close(4401);
    return;
  }
  const room = asked.get("room");
  if (!rooms.has(room)) rooms.set(room, new Set());
  rooms.get(room).add(socket);
  socket.on("close", () => rooms.get(room).delete(socket));
  socket.on("error", () => {});
  socket.send('{"type":"ready"}');
  socket.on("message", (bytes) => {
    const { number, text } = JSON.parse(bytes);
    if (inbox.length === 0) setImmediate(flush);
    inbox.push({ socket, number, message: { room, user, text, at: Date.now() / 1000 } });
  });
});

http.listen({ port: Number(process.env.PORT), host: "127.0.0.1", backlog: 4096 });
