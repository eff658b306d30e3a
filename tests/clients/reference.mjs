/** The reference client of examples/, told what to do by lines of JSON: says what it draws and what became of what it sent. */

import { createInterface } from "node:readline";
import { Client } from "../../examples/client.mjs";

const [url, token, transports] = process.argv.slice(2);
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const client = new Client(url, token, {
  onMessage: (message) => say({ event: "message", message }),
  onSent: ({ nonce }, { message, duplicate }) => say({ event: "sent", nonce, duplicate, seq: message.seq }),
  onFailed: ({ nonce }, problem) => say({ event: "failed", nonce, problem }),
  onEnded: (reason) => say({ event: "ended", reason }),
  options: transports ? { transports: transports.split(",") } : {},
}).start();

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, room, text } = JSON.parse(line);
  if (name === "say") client.say(room, text);
  if (name === "show") {
    const messages = [...(client.rooms.get(room)?.messages.values() ?? [])].sort((a, b) => a.seq - b.seq);
    say({ event: "shown", known: client.rooms.has(room), messages: messages.map(({ seq, text: said }) => [seq, said]) });
  }
}
process.exit();
