// The browser's part of a slider figure (sliders.py): it picks a frame and draws it, no more. Every
// number and coordinate was computed in Python. On a page the figure is a <slider-figure> with its
// frames inside; with a kernel, sliders.py adds the few lines that let anywidget call `live`.

// The frames of a track as numbers; one that is missing is "-", and becomes NaN. A page has steps,
// from point to point along the line or across from frame to frame (_ext/slider_figures.py).
function unpacked(track) {
  let before = [];
  return (track.along ?? track.across ?? track).map((frame) => {
    let last = 0;
    before = frame.split(" ").map((word, i) => {
      if (word === "-") return NaN;
      const base = track.along ? last : (track.across && before[i]) || 0;
      last = base + Number(word);
      return last;
    });
    return before;
  });
}

// One frame, moved into a picture.
const pick = (track, k, factor, shift) => track[track.length === 1 ? 0 : k]
  .map((v) => Math.round(v * factor + 10 * shift) / 10);

function outline(xs, ys) {
  let d = "";
  let pen = "M";
  xs.forEach((x, i) => {
    if (Number.isNaN(x + ys[i])) { pen = "M"; return; }
    d += `${pen}${x} ${ys[i]}`;
    pen = "L";
  });
  return d || "M0 0";
}

// What stays as it was is not painted again.
function set(node, name, value) {
  if (node && node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

function drawLine({ path, marks }, xs, ys) {
  set(path, "d", path && outline(xs, ys));
  marks.forEach((mark, i) => {
    const shown = !Number.isNaN(xs[i] + ys[i]);
    set(mark, "visibility", shown ? "visible" : "hidden");
    if (shown) { set(mark, "x", xs[i]); set(mark, "y", ys[i]); }
  });
}

// Lets the sliders in a box move its pictures; gives what reads and sets their stops.
function live(box, { alt, values, spoken, readouts, moving }) {
  const all = (selector) => [...box.querySelectorAll(selector)];
  const [inputs, outputs, pictures] = [all("input"), all("output"), all("svg")];
  const readout = box.querySelector(".readout span");
  const still = [1, 0, 1, 0];
  let parts;
  const prepare = () => moving.flatMap(({ ids, text, x, y, move }) => {
    const [xs, ys] = text ? [] : [unpacked(x), unpacked(y)];
    return ids.map((id, narrow) => {  // in the wide picture, and in the narrow one
      const group = box.querySelector(`[id="${id}"]`);
      const [path, marks] = [group.querySelector(":scope > path"), group.querySelectorAll("use")];
      return { path, marks, word: group.querySelector("text"), text, xs, ys,
        move: narrow ? move : still };
    });
  });

  function draw(stops) {
    const k = stops.reduce((before, stop, i) => before * values[i].length + stop, 0);
    parts ??= prepare();
    for (const { word, text, xs, ys, move: [a, b, c, d], ...line } of parts) {
      if (text) word.textContent = text[k];
      else drawLine(line, pick(xs, k, a, b), pick(ys, k, c, d));
    }
    stops.forEach((stop, i) => {
      outputs[i].textContent = values[i][stop];
      inputs[i].setAttribute("aria-valuetext", spoken[i][stop]);
    });
    readout.textContent = readouts[k];
    pictures.forEach((svg) => svg.setAttribute("aria-label", `${alt} ${readouts[k]}`));
  }

  const at = () => inputs.map((input) => Number(input.value));
  box.addEventListener("input", () => draw(at()));
  addEventListener("beforeprint", () => draw(inputs.map((input) => Number(input.defaultValue))));
  addEventListener("afterprint", () => draw(at()));
  return { at, put(stops) { stops.forEach((s, i) => { inputs[i].value = s; }); draw(at()); } };
}

customElements.get("slider-figure") ?? customElements.define("slider-figure",
  class extends HTMLElement {
    connectedCallback() {
      this.live ??= live(this, JSON.parse(this.querySelector("script").textContent));
    }
  });
