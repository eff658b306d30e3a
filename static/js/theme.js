// Runs before the page is drawn, so that it is never drawn in the wrong light. A classic script: modules come too late.
"use strict";

(() => {
  const root = document.documentElement;
  // Says that scripts run here: controls which need them are shown (base.css, .needs-js).
  root.dataset.js = "";
  const chosen = /(?:^|;\s*)theme=(light|dark)(?:;|$)/.exec(document.cookie);
  root.dataset.theme = chosen?.[1] ?? "";
})();
