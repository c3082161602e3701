// Lets a reader commit to an answer before the page gives one. The page comes with the form
// (_ext/predictions.py); the explanations and what follows in the section are covered until the
// reader commits, or asks for them. What was picked stays in the browser, and is shown before the
// page is: nothing moves. The page "What you believed" lists it.

const SHELF = "longterm.believed";
const SURE = ["a guess", "fairly sure", "sure"];
let shelf = {};

function read() {
  try {
    shelf = JSON.parse(localStorage.getItem(SHELF)) ?? {};
  } catch { /* a browser that keeps nothing: what was picked lasts as long as the page */ }
  return shelf;
}

function write(changes) {
  shelf = { ...read(), ...changes };
  try {
    localStorage.setItem(SHELF, JSON.stringify(shelf));
  } catch { /* as above */ }
}

// Hidden from eyes and screen readers, but not from "find in page", where a browser can do that.
function cover(node, closed) {
  if (!closed) node.removeAttribute("hidden");
  else node.setAttribute("hidden", "onbeforematch" in node ? "until-found" : "");
}

function prepare(box) {
  const [form, said, after, folded] = [...box.children].slice(-4);
  const rest = box.nextElementSibling;
  const answers = [...folded.querySelectorAll(":scope > details")];
  const titles = answers.map((answer) => answer.querySelector("summary"));
  const choices = titles.map((title) => title.textContent.trim());
  const right = answers.findIndex((answer, k) =>
    answer.textContent.replace(titles[k].textContent, "").trim().startsWith("Yes"));
  const marks = titles.map((title) => title.appendChild(
    Object.assign(document.createElement("span"), { className: "verdict" })));
  const [, without, all] = form.querySelectorAll("button");
  const back = after.querySelector("button");

  function show(entry) {
    const chosen = choices.indexOf(entry?.choice);
    const first = chosen < 0 ? [] : [...new Set([chosen, right])];
    folded.append(...new Set([...first.map((k) => answers[k]), ...answers]));
    answers.forEach((answer, k) => {
      answer.open = first.includes(k);
      marks[k].textContent = !first.includes(k) ? ""
        : [k === chosen && "your answer", k === right && "right"].filter(Boolean).join(", ");
    });
    back.textContent = chosen < 0 ? "Predict after all" : "Take it back";
    said.textContent = !entry ? "" : chosen < 0 ? "Shown without a prediction."
      : `${chosen === right ? "Your answer is right." : "Another answer is right."} You were ${
        entry.sure ? SURE[entry.sure] : "guessing"}.`;
    form.hidden = Boolean(entry);
    after.hidden = !entry;
    [folded, rest].forEach((node) => cover(node, !entry));
  }

  function settle(entry) {
    write({ [box.id]: entry });
    show(entry);
    (entry ? folded : form).querySelector("summary, input:checked, input").focus();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [choice, sure] = [...form.querySelectorAll(":checked")].map(({ value }) => Number(value));
    settle({ choice: choices[choice], right: choice === right, sure,
      when: new Date().toISOString().slice(0, 10) });
  });
  without.addEventListener("click", () => settle({ shown: true }));
  all.addEventListener("click", () => dispatchEvent(new Event("showall")));
  back.addEventListener("click", () => settle(undefined));
  addEventListener("showall", () => {
    if (!form.hidden) show({ shown: true });
    answers.forEach((answer) => { answer.open = true; });
  });
  box.classList.add("asked");
  const entry = read()[box.id];
  if (entry) show(entry);
  else if (!("onbeforematch" in rest)) [folded, rest].forEach((node) => cover(node, true));
}

function words(part) {  // formulas as TeX
  const copy = part.cloneNode(true);
  copy.querySelectorAll("math").forEach((one) => one.replaceWith(`$${one.dataset.tex}$`));
  return copy.textContent;
}

function list(page) {
  const items = [...page.querySelectorAll("li")].map((item) => ({
    answer: item.querySelector(".said"),
    name: item.querySelector("a").hash.slice(1),
    words: [item.closest("section").querySelector(":is(h2, h3)").firstChild.textContent,
      [...item.children].slice(0, -2).map(words).join(" ")],
  }));
  const said = page.querySelector(".said");
  const [keep, forget] = page.querySelectorAll("button");
  keep.addEventListener("click", save);
  forget.addEventListener("click", () => {
    if (!confirm("Forget all your predictions? There is no way back.")) return;
    write(Object.fromEntries(Object.keys(read()).map((name) => [name, undefined])));
    show();
  });

  function show() {
    const entries = items.map(({ name }) => read()[name] ?? {});
    items.forEach(({ answer }, k) => {
      const { choice, sure, right } = entries[k];
      answer.textContent = choice === undefined ? "Not predicted."
        : `“${choice}” (${SURE[sure]}): ${right ? "right" : "another answer is right"}.`;
    });
    const made = entries.filter(({ choice }) => choice !== undefined);
    const scores = SURE.map((how, sure) => {
      const group = made.filter((entry) => entry.sure === sure);
      return `${group.filter(({ right }) => right).length} of ${group.length} (${how})`;
    });
    said.textContent = `${made.length} of ${items.length} predicted. Right: ${scores.join(", ")}.`;
  }

  function save() {
    const rows = items.map(({ name, words }) => {
      const { choice = "", sure, right = "", when = "" } = read()[name] ?? {};
      return [...words, choice, SURE[sure] ?? "", right, when];
    });
    const head = ["chapter", "question", "answer", "how sure", "right", "day"];
    const csv = [head, ...rows].map((row) =>
      row.map((value) => `"${String(value).replaceAll('"', '""')}"`).join(",")).join("\r\n");
    const file = new Blob(["\ufeff", csv, "\r\n"], { type: "text/csv" });
    const link = Object.assign(document.createElement("a"),
      { href: URL.createObjectURL(file), download: "what-i-believed.csv" });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  show();
  for (const event of ["pageshow", "storage"]) addEventListener(event, show);
}

// A link into what is covered opens it.
function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const closed = target?.closest(".cover[hidden]");
  if (!closed) return;
  cover(closed, false);
  target.scrollIntoView();
}

// Prepares each box once its cover is begun; if answers are kept, before they could move anything.
function prepareAll() {
  for (const box of document.querySelectorAll(".prediction[id]:not(.asked)")) {
    if (box.nextElementSibling) prepare(box);
  }
}

const reading = new MutationObserver(prepareAll);
function start() {
  reading.disconnect();
  prepareAll();
  document.querySelectorAll(".believed").forEach(list);
  reveal();
  addEventListener("hashchange", reveal);
}

if (document.readyState !== "loading") start();
else {
  if (Object.keys(read()).length) {
    reading.observe(document, { childList: true, subtree: true });
    prepareAll();
  }
  document.addEventListener("DOMContentLoaded", start);
}
