/** Which of the three parts of the page is before the reader, and what the browser's back button means. */

/**
 * @typedef {"room" | "rooms" | "members"} View
 * @typedef {{view: View, room: string, from: View | null}} Place
 */

/** Where all three parts fit beside one another; room.css says the same. */
const WIDE = "(width >= 64rem)";
/** Where the list of rooms fits beside the conversation. */
const MIDDLE = "(width >= 45rem)";
const MEMBERS_SHUT = "members-shut";

export class Panels {
  #root;
  #onPlace;
  /** @type {Place} */
  #place;
  #wide = matchMedia(WIDE);
  #middle = matchMedia(MIDDLE);

  /**
   * @param {HTMLElement} root
   * @param {string} roomId
   * @param {(place: Place) => void} onPlace after the reader went somewhere, also by the back button
   */
  constructor(root, roomId, onPlace) {
    this.#root = root;
    this.#onPlace = onPlace;
    const kept = history.state;
    this.#place = kept?.view && kept.room === roomId ? kept : { view: "room", room: roomId, from: null };
    if (this.#place.view === "members" && this.#wide.matches) this.#place.view = "room";
    history.replaceState(this.#place, "");
    addEventListener("popstate", (event) => this.#popped(event.state));
    root.addEventListener("click", (event) => this.#clickedBeside(event));
    this.#wide.addEventListener("change", () => this.#draw());
    this.#middle.addEventListener("change", () => this.#draw());
    followKeyboard();
    this.#draw();
  }

  /** Whether the conversation itself can be seen now. */
  get showsRoom() {
    return this.#middle.matches || this.#place.view === "room";
  }

  get isWide() {
    return this.#wide.matches;
  }

  /** Whether the members are to be seen. */
  get showsMembers() {
    return this.#wide.matches ? !("membersShut" in this.#root.dataset) : this.#place.view === "members";
  }

  /**
   * @param {string} roomId
   * @param {number | null} [seq] of the message to begin at; in the address, so that coming back leads there as well
   */
  toRoom(roomId, seq = null) {
    if (roomId === this.#place.room && this.#place.view === "room") return this.#onPlace(this.#place);
    const at = seq === null ? "" : `?m=${seq}`;
    this.#push({ view: "room", room: roomId, from: this.#place.view }, `/rooms/${encodeURIComponent(roomId)}${at}`);
  }

  toRooms() {
    if (this.#place.from === "rooms") return history.back();
    this.#push({ view: "rooms", room: this.#place.room, from: this.#place.view });
  }

  /** Beside the conversation where there is room for both, else in its place. */
  toggleMembers() {
    if (this.#wide.matches) {
      this.#root.toggleAttribute("data-members-shut");
      keep(MEMBERS_SHUT, this.#root.hasAttribute("data-members-shut"));
      this.#onPlace(this.#place);
      return;
    }
    if (this.#place.view === "members") this.leaveMembers();
    else this.#push({ view: "members", room: this.#place.room, from: this.#place.view });
  }

  leaveMembers() {
    if (this.#place.view !== "members") return;
    if (this.#place.from) history.back();
    else this.#push({ view: "room", room: this.#place.room, from: null });
  }

  /**
   * @param {Place} place
   * @param {string} [url]
   */
  #push(place, url) {
    history.pushState(place, "", url);
    this.#go(place);
  }

  /** @param {Place | null} place */
  #popped(place) {
    if (!place?.view) return;
    this.#go(place);
  }

  /** @param {Place} place */
  #go(place) {
    this.#place = place;
    this.#draw();
    this.#onPlace(place);
  }

  /** A click on the conversation puts the members away that lie over it. @param {MouseEvent} event */
  #clickedBeside(event) {
    const target = event.target instanceof Element ? event.target : null;
    if (this.#wide.matches || this.#place.view !== "members") return;
    if (target?.closest(".conversation") && !target.closest("#to-members")) this.leaveMembers();
  }

  #draw() {
    this.#root.dataset.view = this.#place.view;
    if (kept(MEMBERS_SHUT)) this.#root.dataset.membersShut = "";
  }
}

/**
 * Keeps the page as high as what the phone's keyboard leaves of it. Browsers that resize the page by themselves
 * (interactive-widget) report nothing to follow.
 */
function followKeyboard() {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const root = document.documentElement;
  const follow = () => {
    const covered = window.innerHeight - viewport.height;
    if (viewport.scale > 1.01 || covered < 80) return root.style.removeProperty("--viewport");
    root.style.setProperty("--viewport", `${viewport.height}px`);
    // Safari scrolls the whole page to show what has the focus; with the page this high there is nothing to scroll.
    window.scrollTo(0, 0);
  };
  viewport.addEventListener("resize", follow);
}

/**
 * @param {string} name
 * @param {boolean} on
 */
function keep(name, on) {
  try {
    if (on) localStorage.setItem(name, "");
    else localStorage.removeItem(name);
  } catch {
    // Then it lasts as long as the page.
  }
}

/** @param {string} name */
function kept(name) {
  try {
    return localStorage.getItem(name) !== null;
  } catch {
    return false;
  }
}
