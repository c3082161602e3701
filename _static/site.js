// What ipywidgets and the theme leave out. Sliders come without names: a screen reader would say
// "slider, 3" for "weight w, 0.95". A box that scrolls cannot be scrolled by keyboard unless it
// can be reached. And widgets that come from a CDN call MathJax 2, which this site has not.
/* global DOCUMENTATION_OPTIONS */

function describe(handle) {
  const slider = handle.closest(".widget-hslider");
  const value = slider?.querySelector(".widget-readout")?.textContent;
  handle.setAttribute("aria-label", slider?.querySelector(".widget-label")?.textContent ?? "value");
  if (value && handle.getAttribute("aria-valuetext") !== value) {
    handle.setAttribute("aria-valuetext", value);
  }
}

function reach(box) {
  const wider = box.scrollWidth > box.clientWidth;
  const scrolls = wider && getComputedStyle(box).overflowX !== "visible";
  if (scrolls) box.tabIndex = 0;
  else if (box.tabIndex === 0) box.removeAttribute("tabindex");
}

const reachAll = () => document.querySelectorAll(
  ".bd-article :is(pre, figure, .output, .math, mjx-container, .slider-figure,"
    + " .pst-scrollable-table-container)",
).forEach(reach);

// Pages read from disk may not read each other: search then shows titles without excerpts.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
if (window.MathJax) window.MathJax.Hub = { Queue() {} };

document.addEventListener("DOMContentLoaded", () => {
  window.MathJax?.startup?.promise?.then(reachAll);
  addEventListener("load", reachAll);
  addEventListener("resize", reachAll);
  new MutationObserver((changes) => {
    const handles = changes.flatMap(({ type, target }) =>
      type === "attributes" ? [target] : [...target.querySelectorAll(".noUi-handle")]);
    requestAnimationFrame(() => handles.filter((h) => h.matches(".noUi-handle")).forEach(describe));
    if (changes.some(({ type }) => type === "childList")) reachAll();
  }).observe(document.querySelector(".bd-article") ?? document.body, {
    attributeFilter: ["aria-valuetext"], childList: true, subtree: true,
  });
});
