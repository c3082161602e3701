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
  ".bd-article :is(pre, figure, .output, .math > div, .pst-scrollable-table-container)",
).forEach(reach);

// Pages read from disk may not read each other: search then shows titles without excerpts.
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS === "object") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}

// Formulas are copied as TeX; one in which a selection begins or ends, as a whole.
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (selection.isCollapsed || event.target.matches?.("input")) return;
  const range = selection.getRangeAt(0).cloneRange();
  const formula = (node) => (node.closest ? node : node.parentElement).closest("math");
  if (formula(range.startContainer)) range.setStartBefore(formula(range.startContainer));
  if (formula(range.endContainer)) range.setEndAfter(formula(range.endContainer));
  const copy = document.createElement("div");
  copy.append(range.cloneContents());
  const formulas = copy.querySelectorAll("math");
  if (!formulas.length) return;
  event.clipboardData.setData("text/html", copy.innerHTML);
  for (const one of formulas) {
    const sign = one.getAttribute("display") ? "$$" : "$";
    one.replaceWith(sign + one.dataset.tex + sign);
  }
  document.body.append(copy);  // only what is on the page has lines
  event.clipboardData.setData("text/plain", copy.innerText);
  copy.remove();
  event.preventDefault();
});

document.addEventListener("DOMContentLoaded", () => {
  addEventListener("load", reachAll);
  addEventListener("resize", reachAll);
});
