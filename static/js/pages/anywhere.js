// Wires the command palette on every page but the room's, which has more to offer.

import { ANYWHERE } from "../actions.js";
import { Api } from "../api.js";
import { onPaletteKey, Palette } from "../components/palette.js";
import { byId } from "../dom.js";
import { entries } from "../palette.js";

/** @typedef {import("../types").Room} Room */

const api = new Api("");
/** @type {Room[]} */
let rooms = [];
/** @type {Promise<void> | undefined} */
let asked;

const palette = new Palette({
  // As in the room: those of muted rooms are not counted.
  entries: () => entries(rooms, ANYWHERE, rooms.reduce((sum, each) => sum + (each.level === "nothing" ? 0 : each.mentions), 0)),
  onChoose: ({ id, kind }) => {
    if (kind === "room") return location.assign(`/rooms/${id}`);
    if (id === "theme") return byId("theme-switch").click();
    location.assign(ANYWHERE.find((action) => action.id === id)?.href ?? "/");
  },
});

/** The rooms are asked for once; where nobody answers, there still is what can be done. */
async function toggle() {
  asked ??= api.rooms().then(
    (mine) => void (rooms = mine),
    () => void (asked = undefined),
  );
  await asked;
  palette.toggle();
}

onPaletteKey(() => void toggle());
byId("open-palette").addEventListener("click", () => void toggle());
