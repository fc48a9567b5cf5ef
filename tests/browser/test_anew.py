"""Runs in a real browser: two ticked runs wait in line, and both end."""

from playwright.sync_api import Page, expect

from tests.browser.test_journey import clean, go
from tests.browser.test_price import train_a_small_pair
from tests.browser.test_view import at_rest


def test_two_ticked_runs_are_trained_anew_one_after_the_other(page: Page):
    train_a_small_pair(page)
    go(page, "Runs")
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    table.evaluate("(one) => one.scrollIntoView({block: 'center'})")
    at_rest(page)
    box = table.bounding_box()
    page.mouse.click(box["x"] + 14, box["y"] + 17)  # the head of the ticks: all
    page.get_by_role("button", name="Train these 2 anew").click()
    line = page.get_by_text("In line: Trained anew")
    expect(line).to_be_visible()
    expect(line).to_have_count(0, timeout=120_000)  # without a reload
    expect(page.get_by_role("button", name="Train these 2 anew")).to_be_enabled()
    expect(page.get_by_test_id("stSidebar").get_by_text("Finished")).to_be_visible()
    clean(page)
