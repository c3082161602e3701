"""Write what was measured: a JSON, and the tables of the README."""

import json
import re
from pathlib import Path

from benchmarks import chapters

FOLDER = Path(__file__).parent
RESULTS, README = FOLDER / "results.json", FOLDER / "README.md"


def sentence(about):
    """The machine in words."""
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    place = f"{about['processor']}, {about['cores']} cores, {about['system']}"
    return f"{place}; Python {about['python']}, {versions}; one thread; {about['date']}."


def time_in_words(seconds):
    """Three digits and a unit."""
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def case_table(cases):
    """Ours and every other way, its ratio to ours, and the target."""
    rows = ["| case | way | median (quartiles) | × ours | target |", "|---|---|---|---|---|"]
    for case in cases:
        for k, (name, way) in enumerate(case["ways"].items()):
            spread = f"{time_in_words(way['low'])} to {time_in_words(way['high'])}"
            cells = [
                case["case"] if k == 0 else "",
                name,
                f"{time_in_words(way['median'])} ({spread})",
            ]
            rows.append(
                "| " + " | ".join([*cells, f"{way['ratio']:.3g}", _target(name, way)]) + " |"
            )
    return "\n".join(rows)


def _target(name, way):
    if "target" not in way:
        return ""
    verdict = "" if way["met"] else ", **missed**"
    if name == "floor":
        return f"ours at most {way['target']} of it{verdict}"
    if name == "ours":
        return f"at most {time_in_words(way['target'])}{verdict}"
    return f"at least {way['target']}{verdict}"


def limit_list(cases):
    """What limits each case."""
    return "\n".join(f"- {case['case']}: {case['limit']}." for case in cases)


def growth_table(rows):
    """Slopes, what they are at most said to be, and why."""
    lines = [
        "| experiment | along | from | to | time | slope | peak | slope | stated | why |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        first, last = (
            (time_in_words(row["seconds"][k]), f"{row['bytes'][k] / 1e6:.3g} MB") for k in (0, -1)
        )
        stated = "time {:g}, memory {:g}".format(*row["stated"])
        cells = [
            row["experiment"], row["axis"], str(row["sizes"][0]), str(row["sizes"][-1]),
            f"{first[0]} to {last[0]}", f"{row['time slope']:.2f}",
            f"{first[1]} to {last[1]}", f"{row['memory slope']:.2f}",
            stated + ("" if row["met"] else ", **steeper**"), row["why"],
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def executor_sentence(row):
    """How much two processes save, in words."""
    same = "identical" if row["identical"] else "**different**"
    times = f"{time_in_words(row['loop'])} in a plain loop, {time_in_words(row['pool'])} on two"
    ratio = row["loop"] / row["pool"]
    return f"The latch's curve takes {times} processes: {ratio:.2f} times as fast, results {same}."


def missed(results):
    """Every target that was missed, in words."""
    words = [
        f"missed: {case['case']}, {name}"
        for case in results.get("cases", ())
        for name, way in case["ways"].items()
        if not way.get("met", True)
    ]
    steep = (row for row in results.get("growth", ()) if not row["met"])
    words += [f"steeper than stated: {row['experiment']} along {row['axis']}" for row in steep]
    if not results.get("bptt", {"met": True})["met"]:
        words.append("missed: the geometric mean over the sizes of BPTT")
    if not results.get("executors", {"met": True})["met"]:
        words.append("missed: two processes as fast as asked, with the same results")
    return words


def write(results):
    """Store all results, and put the tables where the README shows them."""
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    for name, block in blocks(results).items():
        place = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        fill = lambda found, block=block: f"{found[1]}{block}\n{found[2]}"  # noqa: E731
        text, count = re.subn(place, fill, text, flags=re.DOTALL)
        assert count == 1, f"README.md has no place for {name}"
    README.write_text(text, encoding="utf-8")


def blocks(results):
    """The tables and lists of the README, by the names of their places."""
    blocks = {"machine": sentence(results["machine"])}
    if "cases" in results:
        blocks["cases"] = case_table(results["cases"])
        blocks["limits"] = limit_list(results["cases"])
    if "growth" in results:
        blocks["growth"] = growth_table(results["growth"])
    if "executors" in results:
        blocks["executors"] = executor_sentence(results["executors"])
    if chapters.STORED.exists():
        blocks["chapters"] = chapters.table(json.loads(chapters.STORED.read_text("utf-8")))
    return blocks
