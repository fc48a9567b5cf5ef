"""A small lesson in a real browser: from its card through pages, reload and new tab to its end; by keyboard, and on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.learn.lessons import to_token
from tests.browser.test_journey import clean, go, visit
from tools.screenshots import settled

TEXT = """---
title: A small lesson
minutes: 5
aim: You have seen that a card stays beside the pages.
begin: build
network: Dense 128
hides: page games, field label_smoothing
---

## Make it convolutional

Each unit sees all $28^2$ pixels. See [its parts](page:pooling).

@page build
@network LeNet-5
@do has Conv2D

## Look

@page pooling
@do page pooling
@predict What does a window of 2×2 do to the side of a map?
@option* It halves it
@option It doubles it
@because Two steps become one.

## Count

@ask How many numbers has a map of 28×28?
@answer 784
@mistake 56 You added instead of multiplied.
"""


def card(page: Page):
    return page.get_by_role("region", name="Lesson: A small lesson")


def lesson(page: Page, server: str):
    page.goto(f"{server}/?lesson={to_token(TEXT)}")
    expect(page.get_by_role("heading", name="Build", exact=True)).to_be_visible()
    found = card(page)
    expect(found.get_by_text("Step 1 of 3")).to_be_visible()
    clean(page)
    return found


def press(found, name: str) -> None:
    found.get_by_role("button", name=name, exact=True).click()


def test_a_lesson_from_its_link_to_its_end(page: Page, server):
    found = lesson(page, server)
    expect(found.get_by_text("To do:")).to_be_visible()
    expect(found.locator(".katex").first).to_be_visible()
    press(found, "Open LeNet-5")
    expect(found.get_by_text("Done:", exact=True)).to_be_visible()
    expect(found.get_by_role("status")).to_have_text("Done: a Conv2D layer in the network")
    press(found, "Next")
    expect(found.get_by_text("Step 2 of 3")).to_be_visible()
    found.get_by_text("It doubles it").click()
    press(found, "Keep this prediction")
    expect(found.get_by_text("Kept. Now do it, and see.")).to_be_visible()
    page.reload()
    settled(page)
    expect(found.get_by_text("Kept. Now do it, and see.")).to_be_visible()
    press(found, "Open Pooling")
    expect(page.get_by_role("heading", name="Pooling", exact=True)).to_be_visible()
    expect(found.get_by_text("It is another one: It halves it. Two steps become one.")).to_be_visible()
    clean(page)
    tab = page.context.new_page()
    tab.goto(f"{server}/cost")
    press(card(tab), "Next")
    field = card(tab).get_by_role("textbox", name=re.compile("Your answer"))
    field.fill("56")
    field.press("Enter")
    expect(card(tab).get_by_text("Not right. You added instead of multiplied.")).to_be_visible()
    field.fill("784")
    field.press("Enter")
    expect(card(tab).get_by_text("Right.", exact=True)).to_be_visible()
    press(card(tab), "Finish")
    expect(
        card(tab).get_by_text("2 of 2 things done, 1 of 1 question answered right, 0 of 1 prediction came true.")
    ).to_be_visible()
    expect(card(tab).get_by_role("button", name="Next lesson: Dense or convolutional?")).to_be_visible()
    press(card(tab), "Close")
    expect(card(tab)).to_have_count(0)
    clean(tab)
    go(tab, "Games")  # which is offered again
    page.reload()
    go(page, "Games")
    expect(card(page)).to_have_count(0)


def test_a_link_in_the_text_opens_its_page_in_this_tab(page: Page, server):
    found = lesson(page, server)
    found.get_by_role("link", name="its parts").click()
    expect(page.get_by_role("heading", name="Pooling", exact=True)).to_be_visible()
    assert len(page.context.pages) == 1
    expect(found.get_by_text("Step 1 of 3")).to_be_visible()
    clean(page)


def test_what_is_done_on_the_page_is_noticed_by_itself(page: Page, server):
    found = lesson(page, server)
    page.get_by_role("combobox", name="Start from a published network").click()
    page.keyboard.type("Seven thousand")
    page.keyboard.press("Enter")
    expect(found.get_by_text("Done:", exact=True)).to_be_visible()
    clean(page)


def test_a_lesson_goes_by_keyboard_alone(page: Page, server):
    found = lesson(page, server)
    found.get_by_role("button", name="Open LeNet-5", exact=True).focus()
    page.keyboard.press("Enter")
    expect(found.get_by_text("Done:", exact=True)).to_be_visible()
    following = found.get_by_role("button", name="Next", exact=True)
    following.focus()
    page.keyboard.press("Enter")
    expect(found.get_by_text("Step 2 of 3")).to_be_visible()
    expect(following).to_be_focused()
    found.get_by_role("radio", name="It halves it").focus()
    page.keyboard.press("Space")
    keep = found.get_by_role("button", name="Keep this prediction")
    expect(keep).to_be_enabled()
    keep.focus()
    page.keyboard.press("Enter")
    expect(found.get_by_text("Kept. Now do it, and see.")).to_be_visible()
    clean(page)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1366, 768)])
def test_the_card_leaves_the_page_to_be_read_to_its_end(chromium, server, width, height):
    context = chromium.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page = context.new_page()
    found = lesson(page, server)
    settled(page)
    box = found.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= height + 1
    for name in ("Next", "Fold"):
        button = found.get_by_role("button", name=name, exact=True).bounding_box()
        assert box["y"] <= button["y"] and button["y"] + button["height"] <= box["y"] + box["height"] + 1
    if width < 1000:  # it lies over the page's lower part, and below the page at its end
        assert box["height"] <= 0.42 * height + 1
        page.evaluate(TO_THE_END)
        assert page.evaluate(COVERED)["below"] <= 1  # px
    else:  # it stands beside the page
        for _ in range(2):
            assert page.evaluate(COVERED)["beside"] <= 0  # px
            page.evaluate(TO_THE_END)
        assert found.bounding_box()["y"] == box["y"]  # it stays while the page scrolls
    press(found, "Fold")
    expect(found.get_by_role("button", name="Show", exact=True)).to_be_visible()
    expect(found.get_by_text("1/3 · Make it convolutional")).to_be_visible()
    assert found.bounding_box()["height"] < 0.1 * height
    context.close()


TO_THE_END = (
    "() => { const main = document.querySelector('[data-testid=stMain]'); main.scrollTop = main.scrollHeight; }"
)
# How far the last thing on the page reaches below the card's upper edge, and the widest one to the right of its left edge.
COVERED = """() => {
  const card = document.querySelector(".st-key-lesson");
  const blocks = [...document.querySelectorAll("[data-testid=stMainBlockContainer] > * > *")];
  const boxes = blocks.filter((one) => !one.contains(card)).map((one) => one.getBoundingClientRect()).filter((box) => box.height > 0);
  const own = card.getBoundingClientRect();
  return {below: Math.max(...boxes.map((box) => box.bottom)) - own.top, beside: Math.max(...boxes.map((box) => box.right)) - own.left};
}"""


def test_a_long_step_says_that_it_goes_on_and_is_read_from_its_top(page: Page, server):
    words = "\n\n".join("So much is to be read that it does not fit." for _ in range(30))
    page.goto(f"{server}/?lesson={to_token(TEXT.replace('See [its parts](page:pooling).', words))}")
    found = card(page)
    expect(found.get_by_text("Step 1 of 3")).to_be_visible()
    settled(page)
    body = found.locator(".st-key-lesson-body")
    assert body.evaluate("one => one.scrollHeight > one.clientHeight + 100")
    body.evaluate("one => one.scrollTo(0, one.scrollHeight)")
    expect(found.get_by_text("To do:")).to_be_in_viewport()
    expect(found.get_by_text("1/3 · Make it convolutional")).to_be_in_viewport()
    press(found, "Next")
    expect(found.get_by_text("2/3 · Look")).to_be_in_viewport()
    expect(found.get_by_role("radio", name="It halves it")).to_be_visible()
    assert body.evaluate("one => one.scrollTop") == 0


def test_a_lesson_can_be_taken_up_again_from_its_end(page: Page, server):
    found = lesson(page, server)
    for step in (2, 3):
        press(found, "Next")
        expect(found.get_by_text(f"Step {step} of 3")).to_be_visible()
    press(found, "Finish")
    found.get_by_role("button", name="2 · Look (not answered)").click()
    expect(found.get_by_text("Step 2 of 3")).to_be_visible()
    page.reload()
    expect(found.get_by_text("Step 2 of 3")).to_be_visible()
    clean(page)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1366, 768)])
def test_what_is_told_of_an_answer_comes_into_view(chromium, server, width, height):
    words = "\n\n".join("So much is to be read that it does not fit." for _ in range(8))
    text = TEXT.replace("@ask How many", f"{words}\n\n@ask How many").replace(
        "@mistake", "@hint Multiply them.\n@mistake"
    )
    with visit(chromium, f"{server}/?lesson={to_token(text)}", width, height) as page:
        found = card(page)
        for step in (2, 3):
            press(found, "Next")
            expect(found.get_by_text(f"Step {step} of 3")).to_have_count(1)
        field = found.get_by_role("textbox")
        field.fill("56")
        field.press("Enter")
        expect(found.get_by_text("Not right. You added instead of multiplied.")).to_be_in_viewport(ratio=0.9)
        press(found, "Hint")
        expect(found.get_by_text("Multiply them.")).to_be_in_viewport(ratio=0.9)
