// What the Node peers share: the token's check, and the table of messages. Read from the environment.

import { createHmac, timingSafeEqual } from "node:crypto";

const KEY = "only for measuring";
const { DATABASE, SYNCHRONOUS } = process.env;

/** The person of a token. Throws. */
export function verify(token) {
  const [user, signature] = String(token).split(".");
  const expected = createHmac("sha256", KEY).update(user).digest();
  if (!timingSafeEqual(Buffer.from(signature, "hex"), expected)) throw new Error("not signed by us");
  return Number(user);
}

/** better-sqlite3 where it could be built, else what Node has of its own since 22.5. */
async function open() {
  try {
    const { default: Database } = await import("better-sqlite3");
    return [new Database(DATABASE), "better-sqlite3"];
  } catch {
    const { DatabaseSync } = await import("node:sqlite");
    return [new DatabaseSync(DATABASE), "node:sqlite"];
  }
}

const [db, name] = await open();
db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=${SYNCHRONOUS};
  CREATE TABLE IF NOT EXISTS message(
    id INTEGER PRIMARY KEY, room TEXT NOT NULL, user INTEGER NOT NULL, text TEXT NOT NULL, at REAL NOT NULL);
  CREATE INDEX IF NOT EXISTS message_by_room ON message(room, id);`);
const statement = db.prepare("INSERT INTO message(room, user, text, at) VALUES(?, ?, ?, ?)");
console.log(`store ${name}`);

/** Store one message, durable as asked when it returns; its id. */
export function insert(room, user, text, at) {
  return Number(statement.run(room, user, text, at).lastInsertRowid);
}

/** Store many in one transaction, and give each its id. */
export function insertAll(messages) {
  db.exec("BEGIN IMMEDIATE");
  for (const each of messages) each.id = insert(each.room, each.user, each.text, each.at);
  db.exec("COMMIT");
}
