/** Tells the browser to show a notice, where the person asked for that and isn't looking. */

/**
 * @typedef {import("./types").Fact} Fact
 * @typedef {import("./types").Message} Message
 */

/** Where the wish is kept: `all`, `mentions`, or nothing for none. */
const KEPT = "notices";

/** Of what several tabs hear, one tells; for so long, in milliseconds, the others hear it late. */
const LATE = 5000;

/** @typedef {"" | "mentions" | "all"} Wish */

/**
 * What of the browser's Notification is used.
 *
 * @typedef {{permission: string, requestPermission: () => Promise<string>,
 *   new (title: string, options: NotificationOptions): {onclick: ((this: any, event: Event) => any) | null, close: () => void}}} Browser
 */

/**
 * @typedef {object} Options
 * @property {string} me my user id
 * @property {Pick<Storage, "getItem"> | null} storage
 * @property {() => boolean} isLookedAt whether the person looks at this page
 * @property {(message: Message) => boolean} callsMe
 * @property {(roomId: string) => import("./types").Room["level"]} level what I want to be told of in a room
 * @property {(text: string) => string} line the words of a message in one line
 * @property {(roomId: string) => string} title
 * @property {(author: import("./types").User | null) => string} name
 * @property {(roomId: string, seq: number) => void} onOpen
 * @property {Browser | undefined} [browser]
 * @property {() => void} [focus]
 * @property {(what: string, act: () => void) => void} [once] acts in one of the tabs in which the same is to be done
 */

export class Notices {
  #options;
  #browser;
  #once;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#browser = options.browser ?? /** @type {any} */ (globalThis).Notification;
    this.#once = options.once ?? inOneTab;
  }

  /** A fact as it is told live; what is caught up on isn't news any more. @param {Fact} fact */
  hear(fact) {
    const { me, isLookedAt, callsMe, level, line, title, name, onOpen } = this.#options;
    const { message } = fact;
    if (fact.type !== "message_posted" || !message || message.author?.id === me || message.deleted_at || isLookedAt()) return;
    const wishes = [wanted(this.#options.storage), level(message.room_id)];
    if (wishes.some((wish) => wish === "" || wish === "nothing") || this.#browser?.permission !== "granted") return;
    if (wishes.includes("mentions") && !callsMe(message)) return;
    const where = title(message.room_id);
    // One notice a room: the newest takes the place of the one before.
    this.#show(message.id, `${name(message.author)} in ${where}`, line(message.text), message.room_id, () => onOpen(message.room_id, message.seq));
  }

  /**
   * Something that waits for an answer of mine, so that it is told whatever messages are.
   *
   * @param {string} title
   * @param {string} body
   * @param {string} tag one notice of these: the newest takes the place of the one before
   * @param {() => void} onOpen
   */
  tell(title, body, tag, onOpen) {
    const { isLookedAt, storage } = this.#options;
    if (isLookedAt() || wanted(storage) === "" || this.#browser?.permission !== "granted") return;
    this.#show(`${tag} ${title}`, title, body, tag, onOpen);
  }

  /**
   * @param {string} what the same in every tab that hears the same
   * @param {string} title
   * @param {string} body
   * @param {string} tag
   * @param {() => void} onOpen
   */
  #show(what, title, body, tag, onOpen) {
    this.#once(`notice ${what}`, () => {
      const shown = this.#browser && show(this.#browser, title, body, tag);
      if (!shown) return;
      shown.onclick = () => {
        (this.#options.focus ?? (() => window.focus()))();
        shown.close();
        onOpen();
      };
    });
  }
}

/**
 * @param {Pick<Storage, "getItem"> | null} storage
 * @returns {Wish}
 */
export function wanted(storage) {
  try {
    const kept = storage?.getItem(KEPT);
    return kept === "all" || kept === "mentions" ? kept : "";
  } catch {
    return "";
  }
}

/**
 * @param {Pick<Storage, "setItem" | "removeItem">} storage
 * @param {Wish} wish
 */
export function want(storage, wish) {
  if (wish) storage.setItem(KEPT, wish);
  else storage.removeItem(KEPT);
}

/**
 * @param {Browser} Browser
 * @param {string} title
 * @param {string} body
 * @param {string} tag
 */
export function show(Browser, title, body, tag) {
  try {
    // Whoever didn't see the one before is to notice the one in its place: the system is silent about it unless asked.
    const options = { body, tag, renotify: true, icon: "/static/img/icon-192.png" };
    return new Browser(title, options);
  } catch {
    // Chrome on Android has the class and refuses to make one outside of a service worker.
    return null;
  }
}

/**
 * @param {string} what
 * @param {() => void} act
 */
function inOneTab(what, act) {
  if (!globalThis.navigator?.locks) return act();
  void navigator.locks.request(what, { ifAvailable: true }, (lock) => {
    if (!lock) return;
    act();
    return new Promise((resolve) => setTimeout(resolve, LATE));
  });
}
