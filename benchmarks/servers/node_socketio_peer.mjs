// Socket.IO on Node, as its documentation writes a chat: stored, told to the room, acknowledged.

import { createServer } from "node:http";
import { Server } from "socket.io";
import { insert, verify } from "./store.mjs";

const http = createServer();
const io = new Server(http, { transports: ["websocket"] });

io.use((socket, next) => {
  try {
    socket.data.user = verify(socket.handshake.auth.token);
    socket.data.room = socket.handshake.auth.room;
    next();
  } catch {
    next(new Error("unauthorized"));
  }
});

io.on("connection", (socket) => {
  const { user, room } = socket.data;
  socket.join(room);
  socket.on("msg", ({ text }, acknowledge) => {
    const at = Date.now() / 1000;
    const id = insert(room, user, text, at);
    io.to(room).emit("msg", { id, room, user, text, at });
    acknowledge({ ok: true });
  });
});

http.listen({ port: Number(process.env.PORT), host: "127.0.0.1", backlog: 4096 });
