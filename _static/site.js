// What the theme leaves out. A box that scrolls cannot be scrolled by keyboard unless it can be
// reached.
/* global DOCUMENTATION_OPTIONS */

function reach(box) {
  const wider = box.scrollWidth > box.clientWidth;
  const scrolls = wider && getComputedStyle(box).overflowX !== "visible";
  if (scrolls) box.tabIndex = 0;
  else if (box.tabIndex === 0) box.removeAttribute("tabindex");
}

const reachAll = () => document.querySelectorAll(
  ".bd-article :is(pre, figure, .output, .math, mjx-container, .pst-scrollable-table-container)",
).forEach(reach);

// Pages read from disk may not read each other: search then shows titles without excerpts.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

document.addEventListener("DOMContentLoaded", () => {
  window.MathJax?.startup?.promise?.then(reachAll);
  addEventListener("load", reachAll);
  addEventListener("resize", reachAll);
});
