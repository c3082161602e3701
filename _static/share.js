// Lets a figure travel: copies the address of its page, which says where its sliders stand, or a
// frame for another page. On the figure's own page it puts the sliders where the address says.

// Where a figure's sliders stand, as its page's address ends: #w=1.05&T=40.
function state(figure) {
  const values = figure.querySelectorAll("slider-figure output");
  const named = [...figure.querySelectorAll("slider-figure input")].map((one) => one.name);
  return `#${new URLSearchParams(named.map((name, i) => [name, values[i].textContent]))}`;
}

// The stop at a value, or the one nearest to it; if it is none, the one where the slider stands.
function nearest(values, wanted, standing) {
  if (values.includes(wanted)) return values.indexOf(wanted);
  const numbers = values.map(Number);
  const inside = Math.min(Math.max(parseFloat(wanted), Math.min(...numbers)), Math.max(...numbers));
  const far = numbers.map((one) => Math.abs(one - inside));
  return Number.isNaN(inside) ? standing : far.indexOf(Math.min(...far));
}

function obey(figure) {
  const moving = figure.querySelector("slider-figure");
  const wanted = new URLSearchParams(location.hash.slice(1));
  const { values } = JSON.parse(moving.querySelector("script").textContent);
  moving.live.put([...moving.querySelectorAll("input")].map(
    (one, i) => nearest(values[i], wanted.get(one.name), Number(one.value))));
  figure.querySelector(".share a").hash = state(figure);
}

// Shows what it copies: where a page may not write to the clipboard, the reader can.
async function copy(figure, kind) {
  const [address, said] = [".share a", ".share output"].map((one) => figure.querySelector(one));
  const title = figure.querySelector(".caption-number").textContent.trim();
  const shown = document.createElement("code");
  const frame = `<iframe src="${address.href.replaceAll("&", "&amp;")}" title="${title}" `
    + `width="100%" height="${figure.offsetHeight + 80}"></iframe>`;
  shown.textContent = kind === "link" ? address.href : frame;
  said.replaceChildren("Copy this: ", shown);
  getSelection().selectAllChildren(shown);
  await navigator.clipboard.writeText(shown.textContent);
  said.firstChild.data = "Copied: ";
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest(".share button");
  if (button) copy(button.closest("figure"), button.value).catch(() => {});
});

document.addEventListener("input", ({ target }) => {
  const figure = target.closest("figure");
  if (figure?.querySelector(".share")) figure.querySelector(".share a").hash = state(figure);
});

document.addEventListener("DOMContentLoaded", () => {
  const figure = document.querySelector(".alone figure.slider-card");
  if (self !== top) for (const link of document.links) link.target = "_blank";
  if (!figure) return;
  obey(figure);
  addEventListener("hashchange", () => obey(figure));
  addEventListener("change", () => history.replaceState(null, "", state(figure)));
});
