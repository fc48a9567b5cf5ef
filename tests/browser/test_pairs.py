"""Two networks against each other in a real browser: trained side by side, with and without a part, against a transform."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from core.network import BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D, Network, Recipe, to_token
from tests.browser.test_journey import clean, go
from tests.browser.test_view import at_rest

SMALL = Network((28, 28, 1), (MaxPooling2D(2), Flatten(), Dense(32, "relu"), Dense(10, "softmax")), "Small")
NORMAL = Network(
    (28, 28, 1),
    (
        MaxPooling2D(4),
        Conv2D(4, 3, use_bias=False),
        BatchNormalization(),
        Flatten(),
        Dense(10, "softmax"),
    ),
    "Normal",
)
QUICK = Recipe(epochs=1, training_images=500, learning_rate=0.005)


def opened(page: Page, server: str, network: Network, recipe: Recipe) -> None:
    """The network in the editor, by its link."""
    page.goto(f"{server}/build?n={to_token(network, recipe, 'mnist')}")
    expect(page.get_by_text(network.name).first).to_be_visible()


def choose(page: Page, field: str, option: str | re.Pattern) -> None:
    """Choose from a list by the mouse; first it is brought to rest in the window, as scrolling closes a list."""
    box = page.get_by_role("combobox", name=field)
    box.evaluate("(one) => one.scrollIntoView({block: 'center'})")
    at_rest(page)
    box.click()
    page.get_by_role("option", name=option, exact=True).click()


def point(page: Page, network: str, strength: str) -> Locator:
    """A point of the chart."""
    label = f"network: {network}; Rotation: {strength};"
    return page.get_by_test_id("stVegaLiteChart").locator(f"path[aria-label*='{label}']")


def accuracy(page: Page, network: str, strength: str) -> float:
    """What the tip of a point says, in per cent."""
    told = re.search(r"accuracy: ([\d.]+)%", point(page, network, strength).get_attribute("aria-label"))
    return float(told[1])


def test_a_run_that_was_trained_against_a_rotation_is_better_at_it_than_the_one_that_it_came_from(page, server):
    opened(page, server, SMALL, Recipe(epochs=4, training_images=2000, learning_rate=0.005))
    go(page, "Train")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Continue")).to_be_visible(timeout=120_000)
    go(page, "Robustness")
    page.get_by_role("button", name="Clear all").click()
    expect(page.get_by_text("Choose at least one network")).to_be_visible()
    choose(page, "Networks, up to 4", "Your run: Small")
    page.keyboard.press("Escape")
    expect(page.get_by_text(re.compile("^Small misclassifies"))).to_be_visible(timeout=120_000)
    point(page, "Small", "−60°").click()
    expect(page.get_by_text("Small misclassifies").filter(has_text="at rotation −60°")).to_be_visible()
    page.get_by_role("button", name="Train it against this").click()
    expect(page.get_by_text("Small against rotation: Finished")).to_be_visible(timeout=120_000)
    page.get_by_role("button", name="Add its curve").click()
    said = page.get_by_text(re.compile(r"Small loses half of its accuracy at .*; Small against rotation "))
    expect(said).to_be_visible(timeout=120_000)
    clean(page)
    assert accuracy(page, "Small against rotation", "−60°") > accuracy(page, "Small", "−60°") + 20


def test_a_second_network_is_trained_in_a_column_of_its_own_by_the_same_recipe_and_is_the_twin_on_feature_maps(
    page, server
):
    opened(page, server, SMALL, QUICK)
    go(page, "Train")
    page.get_by_role("button", name="Compare with…").click()
    choose(page, "Train beside it", re.compile("Dense 128$"))
    page.keyboard.press("Escape")
    expect(page.get_by_text("Dense 128: not trained yet")).to_be_visible()
    expect(page.get_by_text("Same recipe and seed: yes.")).to_be_visible()
    page.get_by_role("button", name="Start both").click()
    curves = page.get_by_role(
        "button", name=re.compile("^Show data: Accuracy of “(Small|Dense 128)” over its training")
    )
    expect(curves).to_have_count(2, timeout=120_000)  # without a reload
    expect(page.get_by_text(re.compile("Test accuracy on MNIST digits: .*Dense 128"))).to_be_visible(timeout=120_000)
    for name in ("Small", "Dense 128"):
        expect(page.get_by_text(f"{name}: Finished")).to_be_visible()
    expect(page.get_by_text("Same recipe and seed: yes.")).to_be_visible()
    clean(page)

    go(page, "Feature maps")
    choose(page, "Twin: the same image in a second network", "LeNet-5, already trained")
    expect(page.get_by_text(re.compile(r"^LeNet-5, already trained predicts \d \("))).to_be_visible()
    scales = page.get_by_role("img", name=re.compile("^Colour scale from"))
    expect(scales).to_have_count(2)
    assert scales.first.get_attribute("aria-label") == scales.last.get_attribute("aria-label")
    expect(page.get_by_role("img", name="map 6 of 1 · Conv2D 6 @ 5×5, same, relu")).to_be_visible()
    clean(page)


def test_both_networks_of_a_variant_are_trained_and_compared_and_finished_trainings_stand_beside_them(page, server):
    opened(page, server, NORMAL, QUICK)
    page.get_by_role("button", name="Variant").click()
    page.get_by_role("button", name="Without batch normalisation").click()
    expect(page.get_by_text("A variant of “Normal”")).to_be_visible()
    page.get_by_role("button", name="Compare both").click()
    expect(page.get_by_role("heading", name="Compare", exact=True)).to_be_visible()
    table = page.get_by_role("table", name="Networks compared")
    tested = table.get_by_text(re.compile(r"^\d+\.\d\d % \("))
    expect(tested).to_have_count(2, timeout=120_000)  # without a reload
    expect(page.get_by_text("Same recipe: yes.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("only Normal gets right"))).to_be_visible(timeout=120_000)
    clean(page)

    choose(page, "Add finished trainings", "LeNet-5, SGD")
    page.keyboard.press("Escape")
    before = page.get_by_role("table", name="Finished trainings")
    expect(before).to_contain_text("LeNet-5, SGD")
    expect(
        page.get_by_role("button", name=re.compile(r"^Show data: .*Normal.*LeNet-5, SGD \(measured before\)"))
    ).to_be_attached()
    clean(page)


def test_star_tags_and_note_of_a_run_are_there_after_a_reload(page, server):
    opened(page, server, SMALL, QUICK)
    go(page, "Train")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Continue")).to_be_visible(timeout=120_000)
    go(page, "Runs")
    for label, words in (("Tags", "lecture, first"), ("Note", "Dense, and quick")):
        field = page.get_by_label(label, exact=True)
        field.fill(words)
        field.press("Enter")
        clean(page)
    page.get_by_role("button", name="Star", exact=True).click()
    expect(page.get_by_role("button", name="Take the star away")).to_be_visible()
    clean(page)
    page.reload()
    expect(page.get_by_role("button", name="Take the star away")).to_be_visible()
    expect(page.get_by_label("Tags", exact=True)).to_have_value("lecture, first")
    expect(page.get_by_label("Note", exact=True)).to_have_value("Dense, and quick")
    clean(page)
