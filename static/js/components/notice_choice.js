// Which notifications this browser shows. The browser is asked for leave at the click that wants them, never before.

import { byId } from "../dom.js";
import { show, want, wanted } from "../notices.js";

const STATES = /** @type {Record<string, string>} */ ({
  denied: "This browser was told not to show any from here. Its own settings for this site can change that.",
  default: "The browser was not told whether Parlor may. Choose again, and it asks again.",
  granted: "",
});

/** @param {NodeListOf<HTMLInputElement>} radios */
export function noticeChoice(radios) {
  if (radios.length === 0) return;
  const state = byId("notices-state");
  const test = byId("notices-test");
  const Notice = /** @type {typeof Notification | undefined} */ (globalThis.Notification);
  if (!Notice) {
    radios.forEach((radio) => (radio.disabled = true));
    state.textContent = "This browser has none to show on this address. They need a secure one (https).";
    return;
  }
  const draw = () => {
    // As long as the browser wasn't told, there is something to choose: that is what makes it ask.
    const wish = Notice.permission === "default" ? "" : wanted(storage());
    radios.forEach((radio) => (radio.checked = radio.value === wish));
    state.textContent = wish ? (STATES[Notice.permission] ?? "") : "";
    test.hidden = wish === "" || Notice.permission !== "granted";
  };
  for (const radio of radios) {
    radio.addEventListener("change", async () => {
      if (radio.value && Notice.permission === "default") await Notice.requestPermission();
      const kept = storage();
      if (kept) want(kept, /** @type {import("../notices.js").Wish} */ (radio.value));
      draw();
      if (radio.value) state.textContent = STATES[Notice.permission] ?? "";
    });
  }
  test.addEventListener("click", () => {
    const shown = show(Notice, "Parlor", "So it looks when somebody calls you.", "test");
    state.textContent = shown ? "One was shown. If you see none, the system holds them back." : "This browser shows none from an open page.";
  });
  draw();
}

/** @returns {Storage | null} */
function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
