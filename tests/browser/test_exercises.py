"""An exercise in a real browser: a wrong answer is told its cause, then the right one counts, also after a reload."""

from playwright.sync_api import Page, expect

from core.ui.shell.pages import PAGES
from tests.browser.test_journey import clean
from tools.screenshots import settled


def test_wrong_because_then_right_and_counted(page: Page, server):
    page.goto(f"{server}/{PAGES['exercises'].address}")
    page.get_by_role("combobox", name="Exercises").click()
    page.get_by_role("option", name="A first set").click()
    expect(page.get_by_text("A dense layer of 1,000 units")).to_be_visible()
    field = page.get_by_role("textbox", name="Type a whole number")
    expect(page.get_by_text("Not tried yet.")).to_be_visible()
    field.fill("196608000")
    field.press("Enter")
    expect(page.get_by_text("Not right. You forgot the bias.")).to_be_visible()
    field.fill("196 609 000")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Right.", exact=True)).to_be_visible()
    expect(page.get_by_text("1 right of 1")).to_be_visible()
    clean(page)
    page.reload()
    settled(page)
    expect(page.get_by_text("1 right of 1")).to_be_visible()
