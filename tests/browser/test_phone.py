"""A phone held upright, and a page at 200 %: what is touched and what it brings are in sight together."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_drawing import DIGITS, on, prediction
from tests.browser.test_every_page import AT_REST, sidebar
from tests.browser.test_journey import clean, visit
from tests.waiting import until
from tools.screenshots import settled

WIDTH, HEIGHT = 390, 844
SCALED = """least => {
  const all = (root) => [...root.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
  return all(document).some((one) => one.matches('canvas.upper-canvas') && one.getBoundingClientRect().width >= least);
}"""


def opened(chromium, address: str, width: int, height: int):
    return visit(chromium, address, width, height, has_touch=True, is_mobile=True)


def scaled(page: Page, least: float) -> None:
    """Wait until the canvas has taken the width that it is given, in px."""
    page.wait_for_function("document.querySelector('[class*=st-key-replaced-canvas]').style.length")
    page.wait_for_function(SCALED, arg=least)


def by_finger(page: Page, strokes) -> None:
    """Strokes in a box of 280×280, on a canvas of whatever size."""
    corner = page.locator("canvas.upper-canvas").bounding_box()
    scale = corner["width"] / 280
    touch = page.context.new_cdp_session(page)
    for stroke in strokes:
        for number, (x, y) in enumerate(stroke):
            point = {"x": corner["x"] + x * scale, "y": corner["y"] + y * scale}
            kind = "touchMove" if number else "touchStart"
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_on_a_phone_the_answer_stands_beside_what_is_drawn_and_undo_is_there_to_be_touched(chromium, server):
    with opened(chromium, f"{server}/draw", WIDTH, HEIGHT) as page:
        canvas = page.locator("canvas.upper-canvas")
        expect(canvas).to_have_count(1)
        settled(page)
        scaled(page, 0.85 * WIDTH)
        page.evaluate(AT_REST)
        before = canvas.bounding_box()
        assert round(before["width"]) == round(before["height"]) >= 0.85 * WIDTH
        assert before["y"] + before["height"] <= HEIGHT  # without scrolling
        clear = page.get_by_role("button", name="Clear", exact=True)
        assert clear.bounding_box()["y"] >= before["y"] + before["height"]
        by_finger(page, [on(stroke, 60, 50, 130, 180) for stroke in DIGITS["3"]])
        answer = page.locator(".st-key-draw-answer")
        expect(answer).to_contain_text("3")
        expect(prediction(page)).to_have_text("3")
        assert canvas.bounding_box() == before  # nothing has jumped
        assert 0 <= answer.bounding_box()["y"] < before["y"]
        undo = page.get_by_role("button", name="Undo")
        expect(undo).to_be_in_viewport()
        toolbar = "one => getComputedStyle(one.closest('.dc-toolbar')).opacity"
        assert undo.evaluate(toolbar) == "1"
        page.evaluate(AT_REST)
        first = page.locator(".layers .grid").first.bounding_box()
        assert first["y"] < 3 * HEIGHT
        undo.tap()
        expect(prediction(page)).to_have_text("–")
        expect(answer).to_have_text("–")


def test_strokes_keep_their_places_on_a_canvas_that_is_scaled(chromium, server):
    """The ink reaches as far on the network's picture of a phone's canvas as on that of a wide window."""
    found = []
    for width in (WIDTH, 1000):
        with opened(chromium, f"{server}/draw", width, HEIGHT) as page:
            expect(page.locator("canvas.upper-canvas")).to_have_count(1)
            settled(page)
            scaled(page, 0.85 * WIDTH if width == WIDTH else 280)
            page.evaluate(AT_REST)
            by_finger(page, [on(stroke, 150, 190, 80, 80) for stroke in DIGITS["0"]])
            expect(page.get_by_text("Your drawing", exact=True)).to_have_count(1)
            ink = """one => {
              const { width, height } = one;
              const levels = one.getContext('2d').getImageData(0, 0, width, height).data;
              const lit = [];
              for (let i = 0; i < width * height; i += 1) if (levels[4 * i] > 128) lit.push(i);
              if (!lit.length) return null; // the canvas is drawn anew with what is on it
              const columns = lit.map((i) => (i % width) / width);
              const rows = lit.map((i) => Math.floor(i / width) / height);
              const [left, right] = [columns.reduce((a, b) => Math.min(a, b)), columns.reduce((a, b) => Math.max(a, b))];
              const [top, bottom] = [rows.reduce((a, b) => Math.min(a, b)), rows.reduce((a, b) => Math.max(a, b))];
              return [left, top, right, bottom];
            }"""
            canvas = page.locator("canvas.dc-canvas.lower-canvas")
            reached = []
            until(lambda canvas=canvas, ink=ink, reached=reached: reached.append(canvas.evaluate(ink)) or reached[-1])
            found.append(reached[-1])
    assert all(abs(phone - wide) < 0.02 for phone, wide in zip(*found))
    assert found[0][0] > 0.45 and found[0][1] > 0.6


def test_at_200_percent_what_stays_in_view_leaves_room_for_the_maps(chromium, server):
    with opened(chromium, f"{server}/feature_maps", 683, 384) as page:
        settled(page)
        grids = page.locator(".layers .grid")
        expect(grids).not_to_have_count(0)
        grids.last.tap(position={"x": 20, "y": 20})
        clean(page)
        page.evaluate(AT_REST)
        grids.last.evaluate("one => one.scrollIntoView({ block: 'end' })")
        stays = page.locator(".said").bounding_box()
        assert stays["y"] + stays["height"] < 384 / 2
        expect(grids.last).to_be_in_viewport()


@pytest.mark.parametrize("width, height", [(844, 390), (683, 768)])
def test_where_there_is_room_the_prediction_stands_beside_the_canvas_and_else_above_it(
    chromium, server, width, height
):
    with opened(chromium, f"{server}/draw", width, height) as page:
        drawn, line = page.locator("canvas.upper-canvas"), page.locator(".st-key-draw-answer p")
        expect(drawn).to_have_count(1)
        settled(page)
        if width > 768:  # the sidebar is open, and takes the room
            expect(line).to_be_visible()
            sidebar(page, False)
        expect(line).to_be_hidden()
        page.evaluate(AT_REST)
        canvas, said = drawn.bounding_box(), prediction(page).bounding_box()
        assert said["x"] > canvas["x"] + canvas["width"] and said["y"] < canvas["y"] + canvas["height"]
