/** How the line and the log are, in words: for the curious, and for whoever has to find out what is wrong. */

/**
 * @typedef {object} Facts
 * @property {string} state how the line is
 * @property {string | null} transport null while there is none
 * @property {number | null} roundTrip milliseconds; null when it wasn't measured
 * @property {string} room the id
 * @property {string} epoch
 * @property {number} seq up to where this browser has the room's log
 * @property {number} catchUps
 * @property {number} holes
 * @property {number} reconnects
 * @property {number} waiting messages that the server doesn't have yet
 * @property {string | null} version of the server; null while it isn't known
 * @property {number | null} offset how far this clock is ahead of the server's, in milliseconds
 */

/** A clock that is less wrong than this is right, as far as can be told over a line. */
const RIGHT_MS = 1000;

const STATES = /** @type {Record<string, string>} */ ({
  connecting: "Connecting",
  online: "Open",
  reconnecting: "Broken, trying again",
  offline: "Offline",
  ended: "Ended",
});

const TRANSPORTS = /** @type {Record<string, string>} */ ({ websocket: "WebSocket", polling: "Long polling" });

/**
 * What to show, one line each.
 *
 * @param {Facts} facts
 * @returns {{name: string, value: string, label: string}[]} `name` is for programs, `label` for people
 */
export function lines(facts) {
  return [
    { name: "line", label: "Line", value: STATES[facts.state] ?? facts.state },
    { name: "transport", label: "Transport", value: transport(facts.transport) },
    { name: "round-trip", label: "Round trip", value: facts.roundTrip === null ? "–" : milliseconds(facts.roundTrip) },
    { name: "waiting", label: "Waiting to be sent", value: messages(facts.waiting) },
    { name: "seq", label: "Place in this room’s log", value: String(facts.seq) },
    { name: "epoch", label: "Epoch of the log", value: facts.epoch },
    { name: "room", label: "Room", value: facts.room },
    { name: "catch-ups", label: "Catch-ups", value: String(facts.catchUps) },
    { name: "holes", label: "Holes healed", value: String(facts.holes) },
    { name: "reconnects", label: "Reconnects", value: String(facts.reconnects) },
    { name: "version", label: "Server", value: facts.version === null ? "–" : `Parlor ${facts.version}` },
    { name: "offset", label: "This clock", value: clock(facts.offset) },
  ];
}

/**
 * All of it as plain text, to be sent to somebody.
 *
 * @param {Facts} facts
 * @param {{at: string, agent: string, place: string}} where when, by which browser, at which address
 */
export function text(facts, { at, agent, place }) {
  const rows = lines(facts).map(({ label, value }) => `${label}: ${value}`);
  return ["Parlor, connection", ...rows, `Address: ${place}`, `Browser: ${agent}`, `At: ${at}`].join("\n");
}

/** @param {string | null} name */
function transport(name) {
  return name === null ? "–" : (TRANSPORTS[name] ?? name);
}

/** @param {number} ms */
function milliseconds(ms) {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** @param {number} count */
function messages(count) {
  if (count === 0) return "Nothing";
  return count === 1 ? "1 message" : `${count} messages`;
}

/** @param {number | null} offset */
function clock(offset) {
  if (offset === null) return "–";
  if (Math.abs(offset) < RIGHT_MS) return "Right";
  return `${duration(Math.abs(offset) / 1000)} ${offset > 0 ? "ahead" : "behind"}`;
}

/** @param {number} seconds */
function duration(seconds) {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
