"""What a reader predicts: the answer waits, and the browser remembers."""

import csv
from pathlib import Path

import pytest
from tools.site import site_report
from visits import CHAPTERS, ROOT, VIEWS


def ask(context, home, place=""):
    """Open the first chapter; return the page, its first prediction, and what that covers."""
    context.add_init_script(site_report.SHIFTS)
    page, _ = site_report.open_page(context, f"{home}{CHAPTERS[0]}.html{place}", home)
    box = page.locator(".prediction").first
    return page, box, page.locator(".prediction + .cover").first


def commit(page, box, choice):
    """Pick a choice, be fairly sure, and commit, all by keyboard from the first choice on."""
    box.locator("input").first.focus()
    page.keyboard.press("Space")
    for key in [*["ArrowDown"] * choice, "Tab", "Space", "ArrowRight", "Tab", "Enter"]:
        page.keyboard.press(key)
    site_report.next_frame(page)


def test_the_answer_opens_when_the_reader_has_committed_and_not_before(context, home):
    page, box, rest = ask(context, home)
    choices = box.locator("summary").all_inner_texts()
    for view in VIEWS.values():
        page.set_viewport_size({"width": view[0], "height": 900})
        site_report.wear(page, view[1])
        assert site_report.barriers(page) == []
    assert rest.get_attribute("hidden") == "until-found"
    covered = [*box.locator("details").all(), *rest.locator(":scope > *").all()]
    assert len(covered) > 5
    assert not any(one.evaluate("(one) => one.checkVisibility()") for one in covered)
    box.get_by_role("button", name="Commit").click()  # nothing is picked: nothing happens
    assert page.evaluate("localStorage.getItem('longterm.believed')") is None

    commit(page, box, 0)
    said = box.get_by_role("status").inner_text()
    assert said == "Another answer is right. You were fairly sure."
    for _ in range(2):
        opened = box.locator("details[open]").all_inner_texts()
        assert len(opened) == 2
        assert opened[0].startswith(choices[0])
        assert "\nYes" in opened[1]
        assert all(one.evaluate("(one) => one.checkVisibility()") for one in covered)
        assert site_report.barriers(page) == []
        page.reload()  # the browser remembers
        site_report.wait_until_ready(page)
        assert page.evaluate("shift") < site_report.BUDGETS["layout shift"][0]

    box.get_by_role("button", name="Take it back").press("Enter")
    assert page.evaluate("document.activeElement.type") == "radio"
    assert rest.get_attribute("hidden") == "until-found"
    assert page.evaluate("localStorage.getItem('longterm.believed')") == "{}"


def test_a_browser_that_keeps_nothing_does_not_stop_a_reader(context, home):
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw Error('refused'); } })"
    )
    page, box, rest = ask(context, home)
    commit(page, box, 1)
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert rest.is_visible()


def test_what_was_believed_is_listed_saved_and_forgotten(context, home):
    page, box, _ = ask(context, home)
    answers = box.locator("details").all_text_contents()
    right = next(k for k, text in enumerate(answers) if "Yes" in text)
    commit(page, box, right)
    box.get_by_role("link", name="What you believed").click()
    site_report.wait_until_ready(page)
    assert "(fairly sure): right." in page.locator(".believed li").first.inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    first, second, *_ = rows = list(csv.DictReader(text.splitlines()))
    sources = [(ROOT / f"{name}.ipynb").read_text(encoding="utf-8") for name in CHAPTERS]
    assert len(rows) == sum(source.count(":class: prediction") for source in sources)
    assert first["question"] in page.locator(".believed li").first.inner_text()
    assert (first["how sure"], first["right"], second["answer"]) == ("fairly sure", "true", "")
    page.locator(".believed li a").nth(2).click()  # back to a prediction further down
    site_report.wait_until_ready(page)
    assert 0 <= page.locator(".prediction").nth(2).bounding_box()["y"] < 450
    assert page.evaluate("shift") < site_report.BUDGETS["layout shift, link to a section"][0]
    page.go_back()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Forget all").click()
    assert "0 of" in page.get_by_role("status").inner_text()
    assert page.evaluate("localStorage.getItem('longterm.believed')") == "{}"


def test_links_and_paper_open_what_is_covered(context, home):
    context.add_init_script("delete HTMLElement.prototype.onbeforematch")  # an older browser
    page, box, rest = ask(context, home)
    assert rest.get_attribute("hidden") == ""
    anchor = page.locator(".cover [id]:not([popover])").last.get_attribute("id")
    page.evaluate("(id) => { location.hash = id; }", anchor)
    assert page.locator(f"[id='{anchor}']").is_visible()
    page.emulate_media(media="print")
    texts = page.locator(".prediction details > :not(summary), .cover > *")
    assert texts.count() > 20
    assert all(texts.evaluate_all("(all) => all.map((one) => one.checkVisibility())"))
    assert not box.locator("form").is_visible()


@pytest.mark.parametrize("runs", [False, True])
def test_without_their_script_predictions_are_folded_answers(chromium, home, runs):
    with chromium.new_context(java_script_enabled=runs) as context:
        context.route("**/predictions.js*", lambda route: route.abort())
        page = context.new_page()
        page.goto(f"{home}{CHAPTERS[0]}.html")
        for box in page.locator(".prediction").all():
            assert box.locator("details:not([open]) > summary").first.is_visible()
        assert not any(form.is_visible() for form in page.locator("form.commit").all())
        assert page.locator(".prediction ~ .cover > .cell").first.is_visible()
        page.goto(f"{home}pages/believed.html")
        assert page.locator(".believed li a").count() > 20
