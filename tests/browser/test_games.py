"""The games in a real browser: a network is fooled with the mouse, and its hardest images are read by keyboard."""

from playwright.sync_api import Page, expect

from tests.browser.test_journey import clean, go, metric
from tools.screenshots import settled


def open_game(page: Page, name: str) -> None:
    go(page, "Games")
    settled(page)
    page.get_by_role("radio", name=name, exact=True).click()


def stroke(page: Page, start: tuple[int, int], end: tuple[int, int]) -> None:
    """A straight line on the canvas."""
    canvas = page.locator("canvas.upper-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + start[0], box["y"] + start[1])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0], box["y"] + end[1], steps=8)
    page.mouse.up()


def test_one_stroke_makes_a_seven_a_two_and_it_opens_in_feature_maps(page):
    open_game(page, "Fool it")
    expect(page.get_by_text("It reads this as 7, and is right and confident.")).to_be_visible()
    settled(page)
    stroke(page, (43, 213), (236, 231))
    expect(page.get_by_text("Fooled! It is confident that this is 2.")).to_be_visible()
    expect(page.get_by_text("Best of this visit: 1 stroke")).to_be_visible()
    expect(metric(page, "LeNet-5")).to_have_text("2")
    settled(page)
    page.get_by_role("button", name="Feature maps", exact=True).click()
    expect(page.get_by_text("Input: your drawing.")).to_be_visible()
    clean(page)
    go(page, "Games")
    expect(page.get_by_text("Fooled! It is confident that this is 2.")).to_be_visible()  # the stroke is still there
    clean(page)


def test_the_hardest_ten_are_played_by_keyboard_and_by_clicks(page):
    open_game(page, "You against the network")
    for number in range(1, 11):
        expect(page.get_by_text(f"Image {number} of 10")).to_be_visible()
        settled(page)
        if number % 2:
            page.keyboard.press("5")
        else:
            page.get_by_role("button", name="3", exact=True).click()
        expect(page.get_by_text(f"You say {5 if number % 2 else 3},")).to_be_visible()
        settled(page)
        if number % 2:
            page.keyboard.press("n")
        else:
            page.get_by_role("button", name="See the score" if number == 10 else "Next image").click()
    expect(page.get_by_role("heading", name="the network 0")).to_be_visible()
    expect(page.get_by_alt_text("test image")).to_have_count(10)
    page.get_by_role("button", name="Ten others by lot").click()
    expect(page.get_by_text("Image 1 of 10")).to_be_visible()
    clean(page)
