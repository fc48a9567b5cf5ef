"""Equal price in a real browser: a budget, both networks trained one after the other, and compared."""

from playwright.sync_api import Page, expect

from tests.browser.test_journey import clean, go


def train_a_small_pair(page: Page) -> None:
    """Two networks of 5,000 parameters, trained for one epoch of 500 images, from the choice of the page to their end."""
    go(page, "Equal price")
    field = page.get_by_label("Budget", exact=True)
    field.fill("5000")
    field.press("Enter")
    expect(page.get_by_text("Both are within 2 % of 5,000 parameters.")).to_be_visible()
    page.get_by_text("One recipe for both").click()
    for label, value in (("Epochs", "1"), ("Training images", "500")):
        one = page.get_by_label(label, exact=True)
        one.fill(value)
        one.press("Enter")
    expect(page.get_by_text("1 epoch, crossentropy, 500 images, seed 1.")).to_be_visible()
    page.get_by_role("button", name="Train both").click()
    expect(page.get_by_text("Test accuracy on MNIST digits: dense: ")).to_be_visible(
        timeout=120_000
    )  # without a reload


def test_both_networks_of_a_budget_are_trained_and_compared(page: Page):
    train_a_small_pair(page)
    clean(page)
    page.get_by_role("button", name="Both in Compare").click()
    table = page.get_by_role("table", name="Networks compared")
    expect(table).to_contain_text("Dense, 5,000 parameters")
    expect(table).to_contain_text("Convolutional, 5,000 parameters")
    expect(table).not_to_contain_text("LeNet-5")
    clean(page)
