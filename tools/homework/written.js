"use strict";
// The desk's page for written answers: moves from box to box, keeps drafts, saves a table.
const main = document.querySelector("main");
const answers = [...document.querySelectorAll(".answer")];
const boxes = [...document.querySelectorAll(".answer [data-line]")];
const say = (words) => { document.getElementById("said").textContent = words; };
const marker = document.getElementById("marker");
const names = document.getElementById("names");

// --- Drafts: what was typed here, by student, answer and line; a browser may refuse to keep them.
let drafts = {};
const nameOf = (box) => {
  const { id, answer } = box.closest(".answer").dataset;
  return `${id}/${answer}/${box.dataset.line}`;
};

function keep() {
  try {
    localStorage.setItem(main.dataset.key, JSON.stringify(drafts));
  } catch {
    say("This browser keeps no drafts. Save before you close the page.");
  }
}

function recall() {
  try {
    drafts = JSON.parse(localStorage.getItem(main.dataset.key)) || {};
  } catch {
    drafts = {};
  }
  for (const box of boxes) box.value = drafts[nameOf(box)] ?? box.defaultValue;
  marker.value = drafts.marker ?? "";
}

// --- Numbers
const isNumber = (box) => box.dataset.most !== undefined;
const typed = (box) => box.value.trim().replace(",", ".");

function check(box) {
  const most = Number(box.dataset.most);
  const right = /^(\d+\.?\d*|\.\d+)?$/.test(typed(box)) && Number(typed(box)) <= most;
  box.setCustomValidity(right ? "" : `A number from 0 to ${most}`);
  box.setAttribute("aria-invalid", String(!right));
}

const isOpen = (box) => isNumber(box) && (typed(box) === "" || !box.validity.valid);

function count() {
  const left = answers.filter((answer) => boxes.some((b) => answer.contains(b) && isOpen(b)));
  for (const answer of answers) answer.classList.toggle("open", left.includes(answer));
  say(left.length ? `${left.length} of ${answers.length} left` : "All are marked. Save them.");
}

// --- From box to box
let last = -1;

function go(box) {
  if (!box) return;
  box.focus();
  box.setSelectionRange(isNumber(box) ? 0 : box.value.length, box.value.length);
  box.scrollIntoView({ block: "center" });
}

function onKey(event) {
  const inText = event.target.tagName === "TEXTAREA" && !event.ctrlKey && !event.metaKey;
  if (event.key !== "Enter" || inText) return;
  event.preventDefault();
  go(boxes[boxes.indexOf(event.target) + (event.shiftKey ? -1 : 1)]);
}

// --- The table
const quoted = (text) => `"${String(text).replaceAll('"', '""')}"`;

function table() {
  const lines = main.dataset.lines.split(" ");
  const rows = answers.map((answer) => {
    const own = boxes.filter((box) => answer.contains(box));
    const value = (line) => own.find((box) => box.dataset.line === line);
    const points = lines.map((line) => (value(line) ? typed(value(line)) : ""));
    const last = [value("comment").value.trim(), marker.value.trim()];
    return [answer.dataset.id, main.dataset.homework, ...points, ...last];
  });
  const head = ["id", "homework", ...lines, "comment", "marker"];
  return [head, ...rows].map((row) => row.map(quoted).join(",")).join("\n") + "\n";
}

function save() {
  const wrong = boxes.find((box) => !box.validity.valid);
  if (wrong) {
    go(wrong);
    say(wrong.validationMessage);
    return;
  }
  const link = document.createElement("a");
  const who = marker.value.trim().replace(/[^\p{L}\p{N}]+/gu, "-");
  link.download = `${main.dataset.homework}-written${who && `-${who}`}.csv`;
  link.href = URL.createObjectURL(new Blob(["\ufeff", table()], { type: "text/csv" }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // some browsers read it later
  say(`Saved as ${link.download}`);
}

document.addEventListener("input", ({ target }) => {
  if (target === names) {
    for (const name of document.querySelectorAll(".name")) name.hidden = !names.checked;
    return;
  }
  drafts[target === marker ? "marker" : nameOf(target)] = target.value;
  if (isNumber(target)) check(target);
  count();
  keep();
});
for (const box of boxes) box.addEventListener("keydown", onKey);
document.addEventListener("focusin", ({ target }) => {
  if (boxes.includes(target)) last = boxes.indexOf(target);
});
document.getElementById("next").addEventListener("click", () => {
  go(boxes.slice(last + 1).find(isOpen) || boxes.find(isOpen));
});
document.getElementById("save").addEventListener("click", save);
document.getElementById("forget").addEventListener("click", () => {
  if (!confirm("Forget all that was typed on this page and not saved?")) return;
  drafts = {};
  keep();
  recall();
  boxes.filter(isNumber).forEach(check);
  count();
});
recall();
boxes.filter(isNumber).forEach(check);
count();
