"""Drawing, teaching and playing, as a person does; and that nobody else sees it: in a real browser."""

import re

import numpy as np
from playwright.sync_api import Page, expect

from tests.browser.test_journey import clean, go, metric
from tests.browser.test_training import main
from tests.drawn import digit, shape
from tools.screenshots import settled


def draw(page: Page, strokes: list[np.ndarray], canvas: int = 0) -> None:
    """Pen strokes with the mouse, on the page's first canvas or another, once it can be drawn on."""
    settled(page)
    paper = page.locator("canvas.upper-canvas").nth(canvas)
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    for line in strokes:
        page.mouse.move(box["x"] + line[0][0], box["y"] + line[0][1])
        page.mouse.down()
        for x, y in line[1:]:
            page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
        page.mouse.up()


def class_button(page: Page, name: str):
    return main(page).get_by_test_id("stButton").get_by_role("button", name=re.compile(f"^{name} "))


def keep(page: Page, strokes: list[np.ndarray], name: str, count: str) -> None:
    """Draw, and say what it is. A canvas that has just come may not take the pen at once: a person draws again."""
    for _ in range(3):
        draw(page, strokes)
        try:
            expect(class_button(page, name)).to_be_enabled(timeout=5_000)
        except AssertionError:
            continue
        break
    class_button(page, name).click()
    expect(class_button(page, name)).to_have_text(re.compile(count))
    expect(class_button(page, name)).to_be_disabled()


def test_a_digit_is_drawn_taught_and_known_and_another_visitor_sees_none_of_it(page, chromium, server):
    random = np.random.default_rng(3)
    go(page, "Teach")
    expect(page.locator("canvas.upper-canvas")).to_have_count(2)  # one to teach, one to play
    keep(page, digit(7, random), "7", "1 kept")
    keep(page, digit(4, random), "4", "1 kept")
    expect(page.get_by_text("2 drawings, the newest first")).to_be_visible()

    stranger = chromium.new_context().new_page()
    stranger.goto(f"{server}/teach")
    expect(stranger.get_by_text("0 drawings, the newest first")).to_be_visible()
    stranger.context.close()

    main(page).get_by_role("button", name="Teach it").click()
    expect(main(page).get_by_text(re.compile("My digits: Finished"))).to_be_visible(timeout=120_000)
    expect(metric(page, "MNIST’s test images")).to_have_text(re.compile(r"^9[89]\.\d\d %$"))
    expect(
        page.get_by_text(re.compile(r"MNIST’s test images \(10,000\): 99\.29 % before, 9[89]\.\d\d % after"))
    ).to_be_visible()
    draw(page, digit(7, random), canvas=1)
    expect(metric(page, "Prediction")).to_have_text("7")
    clean(page)

    page.reload()  # they are kept, and so is what was learned
    expect(page.get_by_text("2 drawings, the newest first")).to_be_visible()
    expect(main(page).get_by_text(re.compile("My digits: Finished"))).to_be_visible()
    go(page, "Mistakes")
    expect(metric(page, "Test accuracy")).to_have_text(re.compile(r"^9[89]\.\d\d %$"))
    clean(page)


def test_classes_of_ones_own_from_the_first_stroke_to_the_prediction(page):
    random = np.random.default_rng(4)
    go(page, "Teach")
    page.get_by_test_id("stMain").get_by_text("My own classes").click()
    expect(page.get_by_label("Class 3", exact=True)).to_have_value("triangle")
    settled(page)
    main(page).get_by_role("button", name="Remove a class").click()
    page.get_by_label("Class", exact=True).click()
    page.get_by_role("option", name="triangle").click()
    page.get_by_role("button", name="Remove it", exact=True).click()
    expect(page.get_by_label("Class 3", exact=True)).to_have_count(0)
    expect(main(page).get_by_role("button", name="Teach it")).to_be_disabled()
    for count in range(1, 5):
        for name in ("circle", "cross"):
            keep(page, shape(name, random), name, f"{count} of 12")
    main(page).get_by_role("button", name="Teach it").click()
    expect(main(page).get_by_text(re.compile("My drawings: Finished"))).to_be_visible(timeout=120_000)
    expect(metric(page, "Your drawings, held out")).to_have_text(re.compile("%"))
    draw(page, shape("circle", random), canvas=1)
    expect(metric(page, "Prediction")).to_have_text("circle")
    clean(page)
