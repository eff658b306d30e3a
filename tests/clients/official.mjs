/** The official client with nothing around it: does what it is told by lines of JSON, and says everything it hears. */

import { createInterface } from "node:readline";

const { io } = await import(process.argv[2] ?? "socket.io-client");

let socket;
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const transport = () => socket.io.engine?.transport?.name;

const commands = {
  open({ url, namespace = "/chat", options = {} }) {
    socket = io(url + namespace, { forceNew: true, ...options });
    socket.on("connect", () => {
      say({ event: "connect", id: socket.id, transport: transport() });
      socket.io.engine.on("upgrade", ({ name }) => say({ event: "upgrade", transport: name }));
    });
    socket.on("connect_error", (error) => say({ event: "connect_error", message: error.message, data: error.data }));
    socket.on("disconnect", (reason) => say({ event: "disconnect", reason }));
    socket.io.on("reconnect_attempt", (attempt) => say({ event: "reconnect_attempt", attempt }));
    socket.io.on("open", () => {
      const { pingInterval, pingTimeout } = socket.io.engine;
      say({ event: "open", transport: transport(), pingInterval: socket.io.engine._pingInterval ?? pingInterval, pingTimeout: socket.io.engine._pingTimeout ?? pingTimeout });
    });
    socket.onAny((event, fact) => say({ event, fact }));
  },
  connect: () => socket.connect(),
  disconnect: () => socket.disconnect(),
  /** All at once, without waiting for answers. */
  emit({ event, payloads }) {
    payloads.forEach((payload, index) => socket.emit(event, payload, (answer) => say({ answer, index, transport: transport() })));
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...options } = JSON.parse(line);
  commands[name](options);
}
process.exit();
