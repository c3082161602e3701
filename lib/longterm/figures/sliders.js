// The browser's part of a slider figure (sliders.py): it picks a frame and draws it, no more.
// Every number and coordinate was computed in Python; without a kernel the state lies in the page.

// One frame of a track, as numbers; a missing point is "-", which becomes NaN.
const pick = (track, k) => track[track.length === 1 ? 0 : k].split(" ").map((v) => Number(v) / 10);

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

function drawLine(group, xs, ys) {
  group.querySelector(":scope > path")?.setAttribute("d", outline(xs, ys));
  group.querySelectorAll("use").forEach((mark, i) => {
    const shown = !Number.isNaN(xs[i] + ys[i]);
    mark.setAttribute("visibility", shown ? "visible" : "hidden");
    if (shown) { mark.setAttribute("x", xs[i]); mark.setAttribute("y", ys[i]); }
  });
}

function render({ model, el }) {
  el.classList.add("slider-figure");
  el.innerHTML = model.get("svg");
  const svg = el.querySelector("svg");
  svg.setAttribute("role", "img");
  const readout = document.createElement("p");
  readout.className = "readout";
  readout.setAttribute("aria-live", "polite");
  el.append(readout);
  const moving = Object.entries(model.get("moving")).map(
    ([gid, track]) => [svg.querySelector(`[id="${gid}"]`), track]);

  function draw() {
    const k = model.get("first") * (model.get("shape")[1] ?? 1) + model.get("second");
    for (const [group, track] of moving) {
      if (track.text) group.querySelector("text").textContent = track.text[k];
      else drawLine(group, pick(track.x, k), pick(track.y, k));
    }
    const words = model.get("readouts")[k];
    readout.textContent = words;
    svg.setAttribute("aria-label", `${model.get("alt")} ${words}`);
  }
  model.on("change:first", draw);
  model.on("change:second", draw);
  draw();
}

export default { render };
