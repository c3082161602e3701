"""Tells what in a notebook, however mangled, is the student's own.

What is neither given nor checked is the student's, wherever it stands: code is run, text is shown
to whoever marks the written answer, beside the pictures that the notebook stores. What cannot be
used is named.
"""

import ast
import base64
import functools
import io
import itertools
import re
from dataclasses import dataclass, field, replace

from PIL import Image
from tools.homework import masters, worker

MOST_PARTS, MOST_TEXT, MOST_PRINTED = 10, 40_000, 5_000
MOST_PICTURES, MOST_PIXELS, MOST_SEEN = 3_000_000, 20_000_000, 20  # characters; of one; of all
PICTURES = ("image/png", "image/jpeg", "png", "jpeg")  # the last two in notebooks of format 3
UNSEEN = {"image/svg+xml": "SVG", "svg": "SVG", "image/gif": "GIF", "image/webp": "WebP"}
PASTED = re.compile(r"data:image/[a-z+]{1,20};base64,([A-Za-z0-9+/=]*)")
FENCE, TAG = "```", re.compile(r"[ \t]*\w*[ \t]*\n")
ONLY_A_FIGURE = "(no text; a figure is there)"


@dataclass(frozen=True)
class Work:
    """A student's code to run, what they typed as ID, their written answers, what is not used."""

    cells: list
    typed_id: str
    written: dict
    unused: list = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """What one cell has of the student's own: code to run, text to read, a note on the rest."""

    cell: dict
    question: str  # the one in which it stands
    own: bool = False  # something there was not given
    code: str = ""
    text: str = ""
    note: str = ""

    @property
    def is_figure(self):
        """Tell whether it is the cell for the figure."""
        return self.cell["id"].endswith("-figure")

    @property
    def is_sure(self):
        """Tell whether its code is run, whatever stands in others."""
        return self.cell["type"] == "code" and not self.is_figure


# --- Cells as they were handed in ------------------------------------------------------------


def plain_cell(cell):
    """Return type, source, id and outputs of a cell, whatever else it holds."""
    metadata = cell.get("metadata")
    known = masters.cell_id({"metadata": metadata if isinstance(metadata, dict) else {}})
    source, pasted = text_in(cell.get("source", cell.get("input", ""))), []
    if cell.get("cell_type") != "code":
        pieces = PASTED.split(source)
        source, pasted = "(picture)".join(pieces[::2]), pieces[1::2]
    attached = cell.get("attachments")
    attached = list(attached.values()) if isinstance(attached, dict) else []
    outputs = cell.get("outputs")
    outputs = attached + (outputs if isinstance(outputs, list) else [])
    kept = {"outputs": [o for o in outputs if isinstance(o, dict)], "pasted": pasted}
    return {"type": cell.get("cell_type"), "source": source, "id": known} | kept


def text_in(value):
    """Return a text that a notebook may keep as a list of lines."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


# --- What is whose ---------------------------------------------------------------------------


class Given:
    """What a homework gave: the sources of both versions, and what it asks for."""

    def __init__(self, homework):
        cells = masters.read(homework.name).cells + homework.nb.cells
        self.by_id = {masters.cell_id(c): masters.student_source(c) for c in cells}
        self.answers = {masters.cell_id(cell) for cell in homework.answers}
        self.asked = {name for kind in homework.asked() for name in kind}
        self.whole = {normal(source) for source in self.by_id.values()}
        self.locked = {masters.cell_id(c) for c in cells if masters.settings(c).get("locked")}
        self.blocks = [f"\n{normal(self.by_id[known])}\n" for known in self.locked]
        texts = [masters.student_source(c) for c in cells if c.cell_type == "markdown"]
        self.lines = {line for text in texts for line in normal(text).split("\n")}

    def has(self, source):
        """Tell whether a source, or nothing but a block of a locked one, was given."""
        text = normal(source)
        return not text or text in self.whole or any(f"\n{text}\n" in b for b in self.blocks)

    def added_lines(self, cell):
        """Return the lines of a cell that its given form does not have, nor any given text."""
        given = {*normal(self.by_id.get(cell["id"], "")).split("\n")} | self.lines
        lines = cell["source"].splitlines()
        added = (line for line in lines if line.rstrip() not in given or not line.strip())
        return "\n".join(line for line in added if not line.startswith("**Due:**")).strip()


def own_parts(cells, homework):
    """Return for every cell what it has of the student's own, in order."""
    given, question, parts = Given(homework), "", []
    for cell in joined(cells):
        question = masters.parts(cell["id"])[0] or question
        if cell["type"] == "code":
            cell = cell | {"source": without_id(cell["source"])}
        part = Part(cell, question)
        if not given.has(cell["source"]) and given.added_lines(cell):
            part = replace(part, own=True)
            part = (in_code if cell["type"] == "code" else in_text)(part, given)
        parts.append(part)
    trees = [tree for part in parts if part.is_sure and (tree := parsed(part.code))]
    has = set().union(*(defined(tree.body) for tree in trees))
    used = set().union(*(names_in(tree) for tree in trees)) | given.asked
    return [part if part.is_sure else when_needed(part, has, used) for part in parts]


def in_code(part, given):
    """Return what is the student's in a cell of code."""
    source, known = part.cell["source"], part.cell["id"]
    tree = parsed(source)
    if worker.is_foreign(source):
        return replace(part, note=f"{named(source)} is not for Python. It was not run.")
    if tree is None:
        words = f"{named(source)} is no Python ({fault(source)}). It was not run"
        if known in given.answers:
            return replace(part, note=f"{words}.")
        words += ", and is shown with the written answer."
        return replace(part, text=given.added_lines(part.cell), note=words)
    if known in given.locked:
        return added_statements(part, tree, given)
    if all(map(is_text, tree.body)):
        return replace(part, text=given.added_lines(part.cell))
    unanswered = re.compile(rf"(?m)^{re.escape(masters.STUB[1])}$")  # it would stop what follows
    return replace(part, code=unanswered.sub("pass", source))


def added_statements(part, tree, given):
    """Return the statements that a given cell has beside its own; its own names stay as given."""
    before = parsed(given.by_id[part.cell["id"]])
    known, taken = set(map(ast.dump, before.body)), defined(before.body)
    lines, kept, changed = part.cell["source"].splitlines(), [], set()
    for node in tree.body:
        first = min(one.lineno for one in (node, *getattr(node, "decorator_list", ())))
        if ast.dump(node) not in known:
            names = defined([node]) & taken
            changed |= names - {"SALT"}
            kept += [] if names else lines[first - 1 : node.end_lineno]
    words = f"{', '.join(sorted(changed))}: a given cell was changed, and counts as it was."
    return replace(part, code="\n".join(kept), note=words if changed else "")


def in_text(part, given):
    """Return what is the student's in a cell of text, and the code in it if it is plainly code."""
    source = part.cell["source"]
    fences = source.split(FENCE)[1::2]
    code = "\n".join(TAG.sub("", fence, count=1) for fence in fences) if fences else source
    tree = parsed(code)
    plainly = tree is not None and any(is_plainly_code(node, given.asked) for node in tree.body)
    return replace(part, text=given.added_lines(part.cell), code=code if plainly else "")


def when_needed(part, has, used):
    """Return a part of a figure or a text; its code is run where no other cell has its names.

    A figure's is run only if it has what is asked or used. A text that is run is no answer in
    words, unless it stands in the cell for those.
    """
    own = defined_in(part.code)
    if part.cell["type"] == "code":
        return part if own & (used - has) else replace(part, code="")
    if own & has or not part.code:
        return replace(part, code="")
    both = FENCE in part.text or part.cell["id"].endswith("-written")
    return part if both else replace(part, text="")


# --- Python ----------------------------------------------------------------------------------


@functools.lru_cache(maxsize=256)
def parsed(source):
    """Return a source's tree, magics left out; None if it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        plain = worker.with_magics_passed(source)
        return parsed(plain) if plain != source else None
    try:
        ast.dump(tree)  # no deeper than Python itself can walk
    except RecursionError:
        return None
    return tree


def fault(source):
    """Return what keeps a source from being Python."""
    try:
        ast.parse(worker.with_magics_passed(source))
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"
    except (ValueError, RecursionError, MemoryError):
        pass
    return "it cannot be read"


def compiles(source):
    """Tell whether a source is Python."""
    return parsed(source) is not None


def defined(nodes):
    """Return the names that statements define at the top level."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        else:
            found = (n for n in ast.walk(node) if isinstance(n, ast.Name))
            names |= {name.id for name in found if isinstance(name.ctx, ast.Store)}
    return names


def defined_in(source):
    """Return the names that a source defines at its top level, none if it is no Python."""
    tree = parsed(source)
    return defined(tree.body) if tree else set()


def names_in(tree):
    """Return all names that a tree has."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def is_text(node):
    """Tell whether a statement is nothing but a text."""
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def is_plainly_code(node, asked):
    """Tell whether nobody takes a statement for prose."""
    plain = ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
    return isinstance(node, plain) or bool(defined([node]) & asked)


def joined(cells):
    """Return cells; the parts of a code cell that was split are one again, where the first was.

    Parts have the same id, or stand side by side without one.
    """
    groups, run = {}, 0
    keys = []
    for cell in cells:
        run += bool(cell["id"]) or cell["type"] != "code"
        keys.append((cell["id"] or run) if cell["type"] == "code" else None)
        groups.setdefault(keys[-1], []).append(cell["source"])
    groups.pop(None, None)
    wholes = {key: "\n".join(parts) for key, parts in groups.items() if is_split(parts)}
    found = []
    for cell, key in zip(cells, keys, strict=True):
        if key not in wholes:
            found.append(cell)
        elif wholes[key]:
            found.append(cell | {"source": wholes[key]})
            wholes[key] = ""
        else:
            found.append(cell | {"source": ""})  # its pictures stay where they are
    return found


def is_split(parts):
    """Tell whether cells are parts of one: not all of them are Python, and together they are."""
    if not 1 < len(parts) <= MOST_PARTS or all(map(compiles, parts)):
        return False
    return compiles("\n".join(parts))


def normal(source):
    """Return a source without what editors change: blanks at ends of lines, and empty lines."""
    return "\n".join(line.rstrip() for line in source.splitlines() if line.strip())


# --- The ID ----------------------------------------------------------------------------------


def typed_id(cells):
    """Return what the student typed as ID, "" if nothing can be read."""
    for cell in cells:
        if cell["type"] == "code":
            for line in cell["source"].splitlines():
                if found := id_in(line):
                    return found[1].partition(";")[0].partition("#")[0].strip("\"' ")[:60]
    return ""


def id_in(line):
    """Return the two sides of a line that sets the student's ID, None of any other line."""
    name, equals, value = line.partition("=")
    return (name, value) if equals and name.strip() == "STUDENT_ID" else None


def without_id(source):
    """Return a source without the lines that set the ID; what stands behind a `;` stays."""
    lines = []
    for line in source.replace("\r\n", "\n").split("\n"):
        if id_in(line) and not line[0].isspace():
            line = line.partition(";")[2].strip()
            line = line if compiles(line) else ""
        lines.append(line)
    return "\n".join(lines)


# --- Work ------------------------------------------------------------------------------------


def own_work(cells, homework):
    """Return what in a notebook is the student's own."""
    parts = own_parts(cells, homework)
    notes = [part.note for part in parts if part.note]
    written = dict.fromkeys(homework.written, "")
    for question, pieces in pieces_of(parts, homework).items():
        texts = dict.fromkeys(content for kind, _, content in pieces if kind == "text")
        notes += [content for kind, _, content in pieces if kind == "note"]
        text = "\n\n".join(texts)
        if len(text) > MOST_TEXT:
            notes.append(f"Of the written answer, the first {MOST_TEXT:,} characters count.")
        written[question] = text[:MOST_TEXT] if texts or not pieces else ONLY_A_FIGURE
    if not homework.written:
        texts = [part.text for part in parts if part.text]
        notes += [f"{named(text)} is text. No question here asks for any." for text in texts]
    return Work([p.code for p in parts if p.code], typed_id(cells), written, notes[:20])


def named(source):
    """Return words for a cell, by how it begins."""
    return f"The cell that begins “{source.strip().splitlines()[0][:60]}”"


# --- What is shown to whoever marks ----------------------------------------------------------


def pieces_of(parts, homework):
    """Return by written question what is shown of it, in order: (kind, where it stands, content).

    Kinds are text, code, printed, picture (as `image/png;base64,...`) and note. What stands in
    another question belongs to the first written one.
    """
    shown, room, seen = {question: [] for question in homework.written}, MOST_PICTURES, 0
    for part in parts:
        question = part.question if part.question in shown else next(iter(shown), None)
        found = []
        if part.text:
            found.append(["text", part.text])
        pictures = list(itertools.islice(pictures_in(part.cell), MOST_SEEN - seen))
        seen += len(pictures)
        if part.own and not part.text and (part.is_figure or pictures):
            printed = "".join(text_in(o.get("text")) for o in part.cell.get("outputs", ()))
            found += [["code", part.cell["source"]], ["printed", printed[:MOST_PRINTED]]]
        for kind, content in pictures:
            room -= len(content) if kind == "picture" else 0
            fits = kind != "picture" or room >= 0
            found.append([kind, content] if fits else ["note", "More pictures than are shown."])
        where = place(part, homework)
        if question:
            shown[question] += [[k, where, content] for k, content in found if content.strip()]
    return shown


def place(part, homework):
    """Return where a cell stands, "" if it is the one for the written answer."""
    if part.cell["id"].endswith("-written"):
        return ""
    if part.is_figure:
        return "the cell for the figure"
    title = homework.titles.get(part.question)
    return f"a cell in “{title}”" if title else "a cell at the top"


def pictures_in(cell):
    """Yield the pictures that a notebook stores with a cell, or a note where one is not shown."""
    for data in cell.get("pasted", ()):
        yield picture(data)
    for output in cell.get("outputs", ()):
        bundle = output.get("data")
        bundle = bundle if isinstance(bundle, dict) else output
        if known := [key for key in PICTURES if key in bundle]:
            yield picture(text_in(bundle[known[0]]))
        elif other := [words for key, words in UNSEEN.items() if key in bundle]:
            yield "note", f"A picture is stored as {other[0]}. Only PNG and JPEG are shown."


def picture(data):
    """Return a picture, for what its first bytes say it is, as a page may show it."""
    if len(data) > MOST_PICTURES:
        return "note", "A picture is too large to be shown."
    try:
        content = base64.b64decode(data, validate=False)
        with Image.open(io.BytesIO(content), formats=["PNG", "JPEG"]) as image:
            width, height = image.size
            kind = "png" if image.format == "PNG" else "jpeg"
    except (ValueError, OSError, SyntaxError, Image.DecompressionBombError):
        return "note", "A picture that is no PNG and no JPEG is not shown."
    if width * height > MOST_PIXELS:
        return "note", "A picture is too large to be shown."
    return "picture", f"image/{kind};base64,{base64.b64encode(content).decode()}"
