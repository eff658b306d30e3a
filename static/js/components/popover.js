/** Puts a popover beside what opened it. Where there is no room beside it, the style sheet makes it a sheet below. */

const MARGIN = 8;

/**
 * @param {HTMLElement} popover
 * @param {Element} anchor
 */
export function openAt(popover, anchor) {
  popover.showPopover();
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const { innerWidth, innerHeight } = window;
  const fitsBelow = box.bottom + height + MARGIN <= innerHeight;
  const top = fitsBelow ? box.bottom + 4 : Math.max(MARGIN, Math.min(box.top - height - 4, innerHeight - height - MARGIN));
  const left = Math.max(MARGIN, Math.min(box.right - width, innerWidth - width - MARGIN));
  popover.style.setProperty("--top", `${Math.round(top)}px`);
  popover.style.setProperty("--left", `${Math.round(left)}px`);
}

/** @param {HTMLElement} popover */
export function isOpen(popover) {
  return popover.matches(":popover-open");
}
