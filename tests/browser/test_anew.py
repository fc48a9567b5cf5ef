"""Runs in a real browser: two ticked runs wait in line, and both end."""

from playwright.sync_api import Page, expect

from tests.browser.test_journey import clean, go
from tests.browser.test_view import at_rest


def test_two_ticked_runs_are_trained_anew_one_after_the_other(page: Page):
    go(page, "Equal price")
    field = page.get_by_label("Budget", exact=True)
    field.fill("5000")
    field.press("Enter")
    page.get_by_text("One recipe for both").click()
    for label, value in (("Epochs", "1"), ("Training images", "500")):
        one = page.get_by_label(label, exact=True)
        one.fill(value)
        one.press("Enter")
    expect(page.get_by_text("1 epoch, crossentropy, 500 images, seed 1.")).to_be_visible()
    page.get_by_role("button", name="Train both").click()
    expect(page.get_by_text("Test accuracy on MNIST digits: dense: ")).to_be_visible(timeout=120_000)
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
