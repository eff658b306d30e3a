/** What waits for an answer in the rooms that I look after: who is at the door, and what was reported. No DOM. */

/**
 * @typedef {import("./types").Knock} Knock
 * @typedef {import("./types").Report} Report
 */

/**
 * @typedef {object} Options
 * @property {(roomId: string) => Promise<{items: Knock[]}>} knocks
 * @property {(roomId: string) => Promise<{items: {id: string}[]}>} reports
 * @property {(roomId: string) => boolean} mine whether I look after that room
 * @property {(roomId: string) => void} onChanged
 * @property {(knock: Knock) => void} onKnock somebody is at a door who wasn't there before, told live
 * @property {(roomId: string) => void} onReport something was reported, told live
 */

/** How often the same is asked when something is told while the answer is on its way. */
const TURNS = 3;

export class Oversight {
  #options;
  /** @type {Map<string, Knock[]>} by room */
  #knocks = new Map();
  /** @type {Map<string, Set<string>>} by room: the ids of open reports */
  #reports = new Map();
  /** @type {Map<string, number>} counts what was told about a room, to notice an answer that is outdated */
  #told = new Map();

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  /** Who waits at a room's door, longest first. @param {string} roomId */
  knocks(roomId) {
    return this.#knocks.get(roomId) ?? [];
  }

  /** How many reports nobody has answered. @param {string} roomId */
  reports(roomId) {
    return this.#reports.get(roomId)?.size ?? 0;
  }

  /** Whether anything waits there. @param {string} roomId */
  waits(roomId) {
    return this.knocks(roomId).length > 0 || this.reports(roomId) > 0;
  }

  /** Somebody knocked, or was answered: here, by somebody else, or in another tab. @param {Knock} knock */
  knockChanged(knock) {
    const roomId = knock.room_id;
    this.#tell(roomId);
    const others = this.knocks(roomId).filter((each) => each.id !== knock.id);
    const isNew = others.length === this.knocks(roomId).length;
    this.#knocks.set(roomId, knock.state === "waiting" ? [...others, knock].sort(longestFirst) : others);
    if (knock.state === "waiting" && isNew) this.#options.onKnock(knock);
    this.#options.onChanged(roomId);
  }

  /**
   * A message was reported, or that was answered. An answer to one report answers all of the same message, so then the
   * others are asked for.
   *
   * @param {{room_id: string, report_id: string, open: boolean}} change
   */
  reportChanged({ room_id, report_id, open }) {
    this.#tell(room_id);
    const ids = new Set(this.#reports.get(room_id));
    const isNew = open && !ids.has(report_id);
    if (open) ids.add(report_id);
    else ids.delete(report_id);
    this.#reports.set(room_id, ids);
    if (isNew) this.#options.onReport(room_id);
    this.#options.onChanged(room_id);
    if (!open && ids.size) void this.look(room_id);
  }

  /** One that I have just answered: nobody waits for the word of it. @param {Knock} knock */
  answered(knock) {
    this.knockChanged({ ...knock, state: "approved" });
  }

  /** What waits in a room, asked of the server. Where I look after nothing, nothing waits. @param {string} roomId */
  async look(roomId) {
    for (let turn = 0; turn < TURNS; turn += 1) {
      if (!this.#options.mine(roomId)) return this.forget(roomId);
      const told = this.#told.get(roomId);
      const found = await Promise.all([this.#options.knocks(roomId), this.#options.reports(roomId)]).catch(() => null);
      if (!found) return;
      if (this.#told.get(roomId) !== told) continue;
      if (!this.#options.mine(roomId)) return this.forget(roomId);
      this.#knocks.set(roomId, [...found[0].items].sort(longestFirst));
      this.#reports.set(roomId, new Set(found[1].items.map((each) => each.id)));
      return this.#options.onChanged(roomId);
    }
  }

  /** The same for several rooms, one after the other. @param {string[]} roomIds */
  async lookAll(roomIds) {
    for (const roomId of roomIds) await this.look(roomId);
  }

  /** @param {string} roomId */
  forget(roomId) {
    const had = this.waits(roomId);
    this.#knocks.delete(roomId);
    this.#reports.delete(roomId);
    if (had) this.#options.onChanged(roomId);
  }

  /** @param {string} roomId */
  #tell(roomId) {
    this.#told.set(roomId, (this.#told.get(roomId) ?? 0) + 1);
  }
}

/**
 * @param {Knock} one
 * @param {Knock} other
 */
function longestFirst(one, other) {
  return one.created_at < other.created_at ? -1 : Number(one.created_at > other.created_at);
}
