"""Accuracy against size in a real browser: a point is clicked, and leads to the editor."""

from playwright.sync_api import Page, expect

from tests.browser.test_journey import clean, go
from tools.screenshots import settled


def test_a_click_on_a_point_opens_its_network(page: Page):
    go(page, "Accuracy against size")
    point = page.locator("path[aria-label*='network: LeNet-5 of 1998; from: published']").last
    point.click()
    expect(page.get_by_text("LeNet-5 of 1998, published: 92.92 % of the test images")).to_be_visible()
    expect(page.get_by_role("combobox", name="Network")).to_have_value("LeNet-5 of 1998: published")
    clean(page)
    page.get_by_role("button", name="Open in the editor").click()
    expect(page.get_by_role("heading", name="Build", exact=True)).to_be_visible()
    settled(page)
    expect(page.get_by_label("Name", exact=True)).to_have_value("LeNet-5 of 1998")
    clean(page)
