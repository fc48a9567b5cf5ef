"""What comes by itself moves nothing that a hand is about to press, and what a press brings comes into view."""

import re

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser.test_games import open_game, stroke
from tests.browser.test_journey import clean, go
from tests.browser.test_typing import press, typed
from tools.screenshots import settled

SIZES = pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
CONTROLS = """() => {
  const scrolled = document.querySelector("[data-testid=stMain]").scrollTop;
  const named = [...document.querySelectorAll("[data-testid=stMain] :is(button, a)")].filter(
    (one) => one.offsetParent && one.innerText.trim() && !one.closest("[data-testid=stElementToolbar]")
  );
  return Object.fromEntries(
    named.map((one) => [one.innerText.trim(), Math.round(one.getBoundingClientRect().top + scrolled)])
  );
}"""


def tops(page: Page) -> dict[str, int]:
    """How far below the page's top its buttons and links are, by their words."""
    settled(page)
    return page.evaluate(CONTROLS)


def moved(before: dict[str, int], after: dict[str, int]) -> dict[str, tuple[int, int]]:
    return {words: (top, after[words]) for words, top in before.items() if abs(after.get(words, top) - top) > 1}


def stays(page: Page, before: dict[str, int]) -> None:
    """Everything is where it was, or comes there as soon as the page has come to rest."""
    settled(page)
    same = (
        "([before, one]) => Object.entries(before).every(([words, top]) => Math.abs((one[words] ?? top) - top) <= 1)"
    )
    try:
        page.wait_for_function(f"(before) => ({same})([before, ({CONTROLS})()])", arg=before, timeout=10_000)
    except TimeoutError:
        assert not moved(before, tops(page))


def in_view(page: Page, part: Locator, least: int = 60) -> None:
    """Wait until at least so many px of a part, from its top, are between the page's head and the window's end."""
    handle = part.element_handle()
    page.wait_for_function(
        """([part, least]) => {
          const top = part.getBoundingClientRect().top;
          const head = document.querySelector("[data-testid=stHeader]").getBoundingClientRect().bottom;
          return top >= head - 1 && top + least <= window.innerHeight;
        }""",
        arg=[handle, least],
    )


def key(page: Page, name: str) -> Locator:
    return page.locator(f".st-key-{name}")


@SIZES
def test_draw_stays_as_it_is_with_the_first_stroke_and_with_clear(page, width, height):
    go(page, "Draw")
    page.set_viewport_size({"width": width, "height": height})
    expect(page.get_by_text("numbers of an empty drawing")).to_have_count(1)
    empty = tops(page)
    stroke(page, (140, 40), (140, 240))
    expect(page.get_by_text("see what each one sees of your drawing")).to_have_count(1)
    drawn = tops(page)
    assert empty.keys() == drawn.keys() and not moved(empty, drawn)
    stroke(page, (60, 240), (220, 240))
    press(page, page.get_by_role("button", name="Clear", exact=True))  # while the stroke's answer arrives
    expect(page.get_by_text("numbers of an empty drawing")).to_have_count(1)
    stays(page, empty)
    clean(page)


@SIZES
def test_what_a_game_says_of_a_stroke_moves_no_button(page, width, height):
    open_game(page, "Make them disagree")
    page.set_viewport_size({"width": width, "height": height})
    expect(page.get_by_text("Nothing drawn yet. A digit halfway")).to_be_visible()
    before = tops(page)
    stroke(page, (140, 40), (140, 240))
    expect(page.get_by_text("Both say 1.")).to_be_visible()
    stays(page, before)
    stroke(page, (60, 60), (240, 60))
    press(page, page.get_by_role("button", name="Clear", exact=True))
    expect(page.get_by_text("Nothing drawn yet. A digit halfway")).to_be_visible()
    stays(page, before)
    clean(page)


@SIZES
def test_a_network_that_is_fooled_moves_no_button(page, width, height):
    open_game(page, "Fool it")
    page.set_viewport_size({"width": width, "height": height})
    expect(page.get_by_text("It reads this as 7, and is right and confident.")).to_be_visible()
    before = tops(page)
    stroke(page, (43, 213), (236, 231))
    expect(page.get_by_text("Fooled! It is confident that this is 2.")).to_be_visible()
    expect(page.get_by_text("Best of this visit: 1 stroke")).to_be_visible()
    stays(page, before)
    press(page, page.get_by_role("button", name="Clear", exact=True))
    expect(page.get_by_text("It reads this as 7, and is right and confident.")).to_be_visible()
    clean(page)


@SIZES
def test_an_answer_moves_nothing_and_each_press_brings_what_it_is_about_into_view(page, width, height):
    open_game(page, "You against the network")
    page.set_viewport_size({"width": width, "height": height})
    expect(page.get_by_text("Image 1 of 10")).to_be_visible()
    before = tops(page)
    press(page, page.get_by_role("button", name="3", exact=True))
    expect(page.get_by_text("You say 3,")).to_be_visible()
    stays(page, before)
    in_view(page, key(page, "reserved-said-against"))
    press(page, page.get_by_role("button", name="Next image"))
    expect(page.get_by_text("Image 2 of 10")).to_be_visible()
    in_view(page, key(page, "games-picture"), least=224)
    clean(page)


@SIZES
def test_a_drawing_that_is_kept_moves_no_button(page, width, height):
    go(page, "Teach")
    page.set_viewport_size({"width": width, "height": height})
    expect(page.locator("canvas.upper-canvas")).to_have_count(2)
    expect(page.get_by_text("None yet.").first).to_be_visible()
    before = tops(page)
    canvas = page.locator("canvas.upper-canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 140, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 220, steps=8)
    page.mouse.up()
    one = page.get_by_role("button", name=re.compile("^1 0 kept"))
    expect(one).to_be_enabled()
    press(page, one)
    expect(page.get_by_text("1 drawing, the newest first")).to_have_count(1)
    after = tops(page)
    assert before["school\n\nTeach it"] == after["school\n\nTeach it"] and not moved(before, after)
    clean(page)


@SIZES
def test_a_kernel_that_is_chosen_comes_into_view(page, width, height):
    go(page, "Kernels")
    page.set_viewport_size({"width": width, "height": height})
    closely = page.get_by_role("heading", name="One kernel, closely")
    expect(closely).to_be_visible()
    settled(page)
    press(page, page.get_by_title("kernel 2", exact=True))
    expect(page.get_by_role("spinbutton", name="Kernel, 1 to 6")).to_have_value("2")
    in_view(page, closely, least=40)
    clean(page)


@SIZES
def test_the_images_of_a_cell_that_is_opened_come_into_view(page, width, height):
    go(page, "Mistakes")
    page.set_viewport_size({"width": width, "height": height})
    matrix = page.get_by_test_id("stVegaLiteChart").first
    expect(matrix).to_be_visible()
    settled(page)
    matrix.scroll_into_view_if_needed()
    box = matrix.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.get_by_text("of “9” predicted as “4”")).to_have_count(0)
    in_view(page, key(page, "mistakes-cell"), least=120)
    clean(page)


@pytest.mark.parametrize(
    ("label", "value"), [("Warm-up epochs", "1"), ("Shift (px)", "2"), ("Stop early after", "3")]
)
@pytest.mark.parametrize("width", [1366, 390])
def test_nothing_moves_on_train_when_a_field_is_left(page, label, value, width):
    """What a setting brings has its place from the start: the curve of the rate, another look at images, a remark."""
    go(page, "Train")
    page.set_viewport_size({"width": width, "height": 900})
    for fold in ("Learning rate over time", "Change the images", "Held-out data", "More about the steps"):
        settled(page)
        page.locator("summary").filter(has_text=fold).click()
        page.wait_for_function("document.getAnimations().every((one) => one.playState !== 'running')")
    expect(page.get_by_text("Nothing is chosen by an evaluation")).to_be_visible()
    expect(page.get_by_text("Recipe for Train: the preset's")).to_be_visible()
    before = tops(page)
    assert "Use the preset's recipe" in before and any("Another look" in words for words in before)
    typed(page, label, value)
    page.get_by_label(label, exact=True).press("Tab")
    expect(page.get_by_text("Recipe for Train: yours")).to_be_visible()
    stays(page, before)
    clean(page)
