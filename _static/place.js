// How much of a page has been read, for the line below its header: no style can tell all browsers.
document.addEventListener("DOMContentLoaded", () => {
  const line = document.querySelector(".read");
  if (!line) return;
  const draw = () => {
    const { scrollTop, scrollHeight, clientHeight } = document.documentElement;
    line.style.setProperty("--read", scrollTop / Math.max(1, scrollHeight - clientHeight));
  };
  draw();
  addEventListener("scroll", draw, { passive: true });
});
