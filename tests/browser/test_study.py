"""Networks compared in a real browser, where results come bit by bit."""

import re

from playwright.sync_api import expect

from core.network import Dense, Flatten, MaxPooling2D, Network, Recipe, to_token
from tests.browser.test_journey import clean, go


def test_two_networks_are_compared_from_an_empty_page(page):
    go(page, "Compare")
    page.get_by_role("button", name="Clear all").first.click()  # the other is that of finished trainings
    expect(page.get_by_text("Choose at least one network.")).to_be_visible()
    field = page.get_by_role("combobox", name="Networks, up to 4")
    for name in ("LeNet-5, already trained", "Reader of drawings"):
        field.click()
        page.get_by_role("option", name=name).click()
    page.keyboard.press("Escape")
    table = page.get_by_role("table").filter(has_text="Multiply-adds")
    expect(table).to_contain_text("99.29 % (99.11 – 99.44 %)", timeout=120_000)
    expect(table).to_contain_text("Reader of drawings")
    button = page.get_by_role("button", name=re.compile(r"\d+ images only LeNet-5 gets right"))
    expect(button).to_be_visible(timeout=120_000)  # without a reload
    page.get_by_text("Untrained too").click()
    expect(page.get_by_text("LeNet-5, untrained: even. The gradient of the first layer is")).to_be_visible()
    button.click()
    page.get_by_role("button", name=re.compile("^test image")).nth(1).click()
    expect(page.get_by_text("Open it with Reader of drawings in:")).to_be_visible()
    clean(page)
    page.get_by_role("button", name="Why this answer?").click()
    expect(page.get_by_role("radio", name="Reader of drawings")).to_be_checked()
    clean(page)


def test_a_point_of_the_curve_opens_its_mistakes_and_one_of_them_the_page_that_explains_it(page):
    go(page, "Robustness")
    expect(page.get_by_text("LeNet-5 misclassifies")).to_be_visible(timeout=120_000)
    chart = page.get_by_test_id("stVegaLiteChart")
    chart.locator("path[aria-label*='Dense 128; Rotation: −90°']").click()
    said = page.get_by_text(re.compile(r"Dense 128 misclassifies [\d,]+ of 2,000 test images at rotation −90°"))
    expect(said).to_be_visible()
    images = page.get_by_role("button", name=re.compile("^test image .*, rotation −90°"))
    expect(images.first).to_be_in_viewport()
    expect(images).to_have_count(24)
    images.nth(1).click()
    expect(page.get_by_text("Open it with Dense 128 in:")).to_be_visible()
    clean(page)
    page.get_by_role("button", name="Why this answer?").click()
    expect(page.get_by_role("radio", name="Dense 128")).to_be_checked()


def test_cures_train_one_after_another_also_while_another_page_is_open(page, server):
    tiny = Network((28, 28, 1), (MaxPooling2D(4), Flatten(), Dense(10, "softmax")), "Tiny")
    page.goto(f"{server}/build?n={to_token(tiny, Recipe(), 'mnist')}")
    expect(page.get_by_text("490 parameters").first).to_be_visible()
    go(page, "Over-fitting")
    clean(page)
    for name in ("Epochs", "Training images"):
        slider = page.get_by_role("slider", name=name)
        slider.press("Home")
        expect(slider).to_have_value("0")
        clean(page)
    for name in ("Augmentation", "Early stopping"):
        page.get_by_text(name, exact=True).first.click()
        expect(page.get_by_role("checkbox", name=name)).not_to_be_checked()
    page.get_by_role("button", name="Train all 2").click()
    expect(page.get_by_text("Run 1 of 2").or_(page.get_by_text("Run 2 of 2"))).to_be_visible()
    go(page, "Kernels")
    go(page, "Over-fitting")
    expect(page.get_by_text("2 runs on MNIST digits. They stay among your runs.")).to_be_visible(timeout=120_000)
    table = page.get_by_role("table").first
    expect(table.get_by_role("row")).to_have_count(3, timeout=60_000)
    expect(table).to_contain_text("points")
    page.get_by_role("button", name="Roll again").click()
    expect(page.get_by_text("measured over 10,000 draws")).to_be_visible()
    clean(page)


def test_an_image_is_moved_by_the_keyboard_and_only_the_maps_of_a_convolution_move_along(page):
    go(page, "Shift equivariance")
    expect(page.get_by_text("away from the border they differ by 0 of their length")).to_be_visible(timeout=120_000)
    page.get_by_test_id("stMain").get_by_role("button", name="Left", exact=True).focus()
    for pixels in (2, 1):
        page.keyboard.press("ArrowLeft")
        expect(page.get_by_text(f"moved by {pixels} px to the right")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text("moved by 1 px to the right and 1 px down")).to_be_visible()
    expect(page.get_by_text("The maps move by 1 unit across and 1 unit up or down.")).to_be_visible()
    expect(page.get_by_text("away from the border they differ by 0 of their length")).to_be_visible()
    expect(page.get_by_text(re.compile(r"they differ from before by \d\d+ % of their length"))).to_be_visible()
    page.get_by_role("combobox", name="Layer of LeNet-5").click()
    page.get_by_role("option", name="2 · AveragePooling2D").click()
    expect(
        page.get_by_text(re.compile(r"away from the border they differ by \d\d % of their length"))
    ).to_be_visible()
    clean(page)
