// Lets a reader commit to an answer before the page gives one. A prediction is a box of folded
// answers, and stays one without this script, on paper and in a notebook. Here it becomes a form;
// the explanations and what follows in the section wait until the reader commits, or asks for them.
// What was picked stays in the browser. The page "What you believed" lists it.

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

function make(tag, properties, ...inside) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...inside);
  return node;
}

const button = (textContent, onclick) => make("button", { type: "button", textContent, onclick });
const status = () => make("p", { className: "said", role: "status" });

// Hidden from eyes and screen readers, but not from "find in page", where a browser can do that.
function cover(node, closed) {
  if (!closed) node.removeAttribute("hidden");
  else node.setAttribute("hidden", "onbeforematch" in node ? "until-found" : "");
}

function radios(name, legend, labels) {
  const lines = labels.map((innerHTML, value) => make("label", {},
    make("input", { type: "radio", required: true, name, value }), make("span", { innerHTML })));
  return make("fieldset", {}, make("legend", { textContent: legend }), ...lines);
}

function prepare(box) {
  const answers = [...box.querySelectorAll(":scope > details")];
  const titles = answers.map((answer) => answer.querySelector("summary"));
  const choices = titles.map((title) => title.textContent.trim());
  const right = answers.findIndex((answer, k) =>
    answer.textContent.replace(titles[k].textContent, "").trim().startsWith("Yes"));
  const marks = titles.map((title) => title.appendChild(make("span", { className: "verdict" })));

  const form = make("form", { className: "commit" },
    radios(`${box.id}-choice`, "Your answer", titles.map((title) => title.innerHTML)),
    radios(`${box.id}-sure`, "How sure are you?", SURE),
    make("p", { className: "buttons" }, make("button", { textContent: "Commit" }),
      button("Show without predicting", () => settle({ shown: true })),
      button("Show all on this page", () => dispatchEvent(new Event("showall")))),
    make("p", { textContent: "The explanations and the rest of the section open then." }));
  const said = status();
  const back = button("Take it back", () => settle(undefined));
  const after = make("p", { className: "buttons" }, back, make("a", {
    href: `${document.documentElement.dataset.content_root}pages/believed.html`,
    textContent: "What you believed" }));
  const folded = make("div", {}, ...answers);
  const rest = make("div", { className: "cover" });
  for (let next = box.nextElementSibling; next && !next.matches("section, .prediction");
    next = box.nextElementSibling) rest.append(next);
  function show(entry) {
    const chosen = choices.indexOf(entry?.choice);
    const first = chosen < 0 ? [] : [...new Set([chosen, right])];
    folded.append(...new Set([...first.map((k) => answers[k]), ...answers]));
    answers.forEach((answer, k) => { answer.open = first.includes(k); });
    marks.forEach((mark, k) => { mark.textContent = !first.includes(k) ? ""
      : [k === chosen && "your answer", k === right && "right"].filter(Boolean).join(", "); });
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
  addEventListener("showall", () => {
    if (!form.hidden) show({ shown: true });
    answers.forEach((answer) => { answer.open = true; });
  });
  show(read()[box.id]);  // before a screen reader can hear of it
  box.append(form, said, after, folded);
  box.after(rest);
  box.classList.add("asked");
}

function words(part) {  // formulas as TeX
  const copy = part.cloneNode(true);
  copy.querySelectorAll("math").forEach((one) => one.replaceWith(`$${one.dataset.tex}$`));
  return copy.textContent;
}

function list(page) {
  const items = [...page.querySelectorAll("li")].map((item) => ({
    link: item.lastElementChild,
    name: item.querySelector("a").hash.slice(1),
    words: [item.closest("section").querySelector(":is(h2, h3)").firstChild.textContent,
      [...item.children].slice(0, -1).map(words).join(" ")],
    answer: make("p", { className: "said" }),
  }));
  items.forEach(({ link, answer }) => link.before(answer));
  const said = status();
  page.prepend(said, make("p", { className: "buttons" }, button("Save as a file", save),
    button("Forget all", () => {
      if (!confirm("Forget all your predictions? There is no way back.")) return;
      write(Object.fromEntries(Object.keys(read()).map((name) => [name, undefined])));
      show();
    })));

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
    const link = make("a", { href: URL.createObjectURL(file), download: "what-i-believed.csv" });
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

function start() {
  document.querySelectorAll(".prediction[id]").forEach(prepare);
  document.querySelectorAll(".believed").forEach(list);
  reveal();
  addEventListener("hashchange", reveal);
}

if (document.readyState !== "loading") start();
else document.addEventListener("readystatechange", start, { once: true });
