"""Digits drawn by a person with the mouse, of all sizes and anywhere on the canvas."""

from playwright.sync_api import Page, expect

from tests.browser.test_journey import current, go
from tools.screenshots import settled

# As people write them, in a box of 100×100.
DIGITS = {
    "0": [[(50, 0), (20, 15), (5, 50), (20, 85), (50, 100), (80, 85), (95, 50), (80, 15), (50, 0)]],
    "1": [[(30, 25), (55, 0), (55, 100)]],
    "2": [[(15, 25), (30, 5), (60, 0), (80, 20), (70, 45), (15, 100), (90, 98)]],
    "3": [[(15, 10), (55, 0), (80, 20), (45, 45), (85, 70), (60, 98), (12, 92)]],
    "4": [[(60, 0), (10, 65), (95, 65)], [(65, 35), (62, 100)]],
    "5": [[(30, 3), (22, 45), (60, 42), (85, 65), (65, 95), (15, 95)], [(30, 3), (85, 0)]],
    "7": [[(10, 5), (85, 2), (40, 100)], [(25, 52), (80, 48)]],
}


def on(stroke, x: float, y: float, width: float, height: float):
    return [(x + a * width / 100, y + b * height / 100) for a, b in stroke]


def by_mouse(page: Page, strokes) -> None:
    corner = page.locator("canvas.upper-canvas").bounding_box()
    for (x, y), *rest in strokes:
        page.mouse.move(corner["x"] + x, corner["y"] + y)
        page.mouse.down()
        for x, y in rest:
            page.mouse.move(corner["x"] + x, corner["y"] + y, steps=4)
        page.mouse.up()


def prediction(page: Page):
    return current(page, "stMetricValue").first


def test_digits_drawn_with_the_mouse_are_read_whatever_their_size_and_place(page):
    go(page, "Draw")
    expect(page.locator("canvas.upper-canvas")).to_have_count(1)
    for digit, place in {
        "0": (20, 30, 120, 150),
        "2": (150, 140, 60, 90),
        "3": (60, 40, 150, 200),
        "4": (30, 100, 90, 110),
        "5": (90, 20, 120, 170),
        "7": (40, 60, 130, 160),
    }.items():
        settled(page)
        expect(page.locator("canvas.upper-canvas")).to_have_count(1)  # the one before Clear is gone
        by_mouse(page, [on(stroke, *place) for stroke in DIGITS[digit]])
        expect(prediction(page)).to_have_text(digit)
        expect(page.get_by_text("see what each one sees of your drawing")).to_have_count(1)
        page.get_by_role("button", name="Clear", exact=True).click()
        expect(prediction(page)).to_have_text("–")


def test_a_number_is_read_digit_by_digit_and_a_click_leads_into_the_network(page):
    go(page, "Draw")
    expect(page.locator("canvas.upper-canvas")).to_have_count(1)
    settled(page)
    for digit, left in (("2", 10), ("0", 105), ("7", 200)):
        by_mouse(page, [on(stroke, left, 80, 65, 110) for stroke in DIGITS[digit]])
    expect(page.get_by_text("Reads 2 0 7")).to_have_count(1)
    expect(prediction(page)).to_have_text("7")
    current(page, "stButtonGroup").get_by_text("1. digit").click()
    expect(prediction(page)).to_have_text("2")
    first = page.locator(".layers .grid").first
    first.scroll_into_view_if_needed()
    first.click(position={"x": 30, "y": 30})
    expect(page.get_by_role("heading", name="Feature maps")).to_have_count(1)
    expect(page.get_by_text("Input: your drawing.")).to_have_count(1)
    expect(page.get_by_text("The model itself has")).to_have_count(1)  # the number that was clicked is explained
    go(page, "Draw")  # and the drawing is still there
    expect(page.get_by_text("Reads 2 0 7")).to_have_count(1)


def test_undo_and_clear(page):
    go(page, "Draw")
    expect(page.locator("canvas.upper-canvas")).to_have_count(1)
    settled(page)
    by_mouse(page, [on(stroke, 40, 60, 130, 160) for stroke in DIGITS["1"]])
    expect(prediction(page)).to_have_text("1")
    page.get_by_role("button", name="Undo").click()
    expect(prediction(page)).to_have_text("–")
    page.get_by_role("button", name="Redo").click()
    expect(prediction(page)).to_have_text("1")
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(prediction(page)).to_have_text("–")


def test_a_sample_is_chosen_by_keyboard_alone(page):
    go(page, "Draw")
    expect(page.locator("canvas.upper-canvas")).to_have_count(1)
    page.get_by_role("radio", name="Sample").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Choose one with the mouse")).to_be_visible()
    settled(page)
    focused = "document.activeElement.innerText.trim()"
    for key in ["Tab", *["ArrowRight"] * 9]:
        page.keyboard.press(key)
        if page.evaluate(focused) == "7":
            break
    assert page.evaluate(focused) == "7"
    page.keyboard.press("Enter")
    expect(page.get_by_text("“7”, read as a photo would be")).to_be_visible()
    expect(prediction(page)).to_have_text("7")
