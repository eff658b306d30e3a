/** Says how the line is, when that is worth a word. A blip of a second isn't. */

/** @typedef {import("../connection.js").Status} Status */

const PATIENCE = 1500;
const GLAD = 2500;

const ENDINGS = /** @type {Record<string, string>} */ ({
  signed_out: "You logged out in another place.",
  revoked: "This session was ended from another place.",
  expired: "Your session is over.",
  outdated: "This page is out of date.",
});

export class Banner {
  #root;
  #calls;
  #timer = 0;
  #ticking = 0;
  #troubled = false;

  /**
   * @param {HTMLElement} root
   * @param {{onTryNow: () => void, loginUrl: () => string, onReload: () => void}} calls
   */
  constructor(root, calls) {
    this.#root = root;
    this.#calls = calls;
  }

  /** @param {Status} status */
  draw(status) {
    clearTimeout(this.#timer);
    clearInterval(this.#ticking);
    if (status.state === "online") return this.#back();
    if (status.state === "ended") return this.#ended(status.reason);
    const show = () => this.#away(status);
    if (this.#troubled || status.state === "offline") show();
    else this.#timer = Number(setTimeout(show, PATIENCE));
  }

  #back() {
    if (!this.#troubled) return this.#hide();
    this.#troubled = false;
    this.#show("back", "You’re back.");
    this.#timer = Number(setTimeout(() => this.#hide(), GLAD));
  }

  /** @param {Status} status */
  #away(status) {
    this.#troubled = true;
    if (status.state === "offline") {
      this.#show("away", "You’re offline. What you write is kept, and goes out when you’re back.");
      return;
    }
    if (status.state === "reconnecting" && status.retryAt !== null) return this.#countdown(status.retryAt, status.why);
    this.#show("away", status.state === "connecting" ? "Connecting…" : "Reconnecting…");
  }

  /**
   * @param {number} retryAt
   * @param {string} [why]
   */
  #countdown(retryAt, why) {
    const seconds = document.createElement("span");
    // Read out once, not every second.
    seconds.setAttribute("aria-hidden", "true");
    const tick = () => {
      const left = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
      seconds.textContent = left > 1 ? ` Trying again in ${left} s.` : " Trying again.";
    };
    tick();
    this.#ticking = Number(setInterval(tick, 1000));
    this.#show("away", why ?? "Reconnecting. What you write is kept.", seconds, " ", button("Try now", this.#calls.onTryNow));
  }

  /** @param {string} reason */
  #ended(reason) {
    const text = ENDINGS[reason] ?? "Your session is over.";
    if (reason === "outdated") return this.#show("ended", `${text} `, button("Reload", this.#calls.onReload));
    const link = document.createElement("a");
    link.className = "banner__way";
    link.href = this.#calls.loginUrl();
    link.textContent = "Log in";
    this.#show("ended", `${text} What you wrote is kept. `, link);
  }

  /**
   * @param {string} kind
   * @param {...(string | Node)} nodes
   */
  #show(kind, ...nodes) {
    this.#root.dataset.kind = kind;
    this.#root.replaceChildren(...nodes);
    this.#root.hidden = false;
  }

  #hide() {
    this.#root.hidden = true;
    this.#root.replaceChildren();
  }
}

/**
 * @param {string} label
 * @param {() => void} act
 */
function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "banner__way";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}
