"""A value is typed, and something is pressed without leaving the field first: neither is lost or goes astray."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_journey import clean, row
from tools.screenshots import settled

PRESS_MS = 150  # how long a hand holds a button down


def press(page: Page, target: Locator) -> None:
    """Press as a hand does: what moves away between press and release is not clicked."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(PRESS_MS)  # the length of the gesture, not a wait for something
    page.mouse.up()


def click(page: Page, target: Locator) -> None:
    target.click()


def typed(page: Page, label: str, value: str) -> None:
    """Type a value, as fast as it goes, and stay in the field."""
    field = page.get_by_label(label, exact=True)
    expect(field).to_have_count(1)
    settled(page)
    field.fill(value)


HANDS = pytest.mark.parametrize("hand", [press, click])


@HANDS
def test_undo_takes_back_the_value_that_was_typed_just_before(page, hand):
    page.get_by_role("button", name="Duplicate", exact=True).click()
    expect(row(page, "2 · Conv2D 6 @ 5×5, same, relu")).to_be_visible()
    typed(page, "Filters", "9")
    hand(page, page.get_by_role("button", name="Undo", exact=True))
    expect(page.get_by_role("button", name="Redo", exact=True)).to_be_enabled()
    expect(row(page, "3 · AveragePooling2D 2×2")).to_be_visible()
    settled(page)  # until then the field before may still be there, or both
    expect(page.get_by_label("Filters", exact=True)).to_have_value("6")
    clean(page)


@HANDS
def test_another_layer_is_opened_and_the_value_stays_with_the_one_before(page, hand):
    typed(page, "Filters", "9")
    hand(page, row(page, "2 · AveragePooling2D 2×2"))
    expect(page.get_by_role("combobox", name="Pool size")).to_be_visible()
    expect(row(page, "1 · Conv2D 9 @ 5×5, same, relu")).to_be_visible()
    clean(page)


@HANDS
def test_duplicate_doubles_what_was_typed(page, hand):
    typed(page, "Filters", "9")
    hand(page, page.get_by_role("button", name="Duplicate", exact=True))
    expect(row(page, "2 · Conv2D 9 @ 5×5, same, relu")).to_be_visible()
    expect(row(page, "1 · Conv2D 9 @ 5×5, same, relu")).to_be_visible()
    clean(page)


@HANDS
def test_a_group_of_layers_opens_at_the_first_press(page, hand):
    typed(page, "Filters", "9")
    hand(page, page.get_by_role("button", name="Convolution", exact=True))
    expect(page.get_by_role("button", name="SeparableConv2D", exact=True)).to_be_visible()
    expect(row(page, "1 · Conv2D 9 @ 5×5, same, relu")).to_be_visible()
    clean(page)


def test_a_preset_is_not_given_a_value_of_the_network_before(page):
    typed(page, "Filters", "9")
    box = page.get_by_role("combobox", name="Start from a published network")
    box.fill("Small Res")
    expect(page.get_by_role("option", name="Small ResNet")).to_be_visible()
    box.press("Enter")
    expect(row(page, "4.1 · branch 1")).to_be_visible()
    settled(page)  # until then the field before may still be there too
    expect(page.get_by_label("Name", exact=True)).to_have_value("Small ResNet")
    clean(page)


@pytest.mark.parametrize("value", ["9", "400"])
@pytest.mark.parametrize("width", [1400, 1024, 390])
def test_nothing_moves_when_a_field_is_left(page, value, width):
    """Whatever the new value changes above: figures, their changes, the drawing and its marks."""
    page.set_viewport_size({"width": width, "height": 900})
    typed(page, "Filters", value)
    button = page.get_by_role("button", name="Duplicate", exact=True)
    button.scroll_into_view_if_needed()
    before = button.bounding_box()
    page.get_by_label("Filters", exact=True).press("Tab")
    expect(row(page, f"1 · Conv2D {value} @ 5×5, same, relu")).to_be_visible()
    settled(page)
    after = button.bounding_box()
    assert abs(after["y"] - before["y"]) < 2 and abs(after["x"] - before["x"]) < 2


def test_what_is_not_allowed_is_said_without_moving_anything(page):
    size = page.get_by_role("combobox", name="Kernel size")
    settled(page)
    button = page.get_by_role("button", name="Duplicate", exact=True)
    button.scroll_into_view_if_needed()
    before = button.bounding_box()
    size.fill("ninety")
    size.press("Enter")
    expect(
        page.get_by_test_id("stToast").get_by_text(re.compile("Kernel size must be two whole numbers"))
    ).to_be_visible()
    settled(page)
    assert abs(page.get_by_role("button", name="Duplicate", exact=True).bounding_box()["y"] - before["y"]) < 2


def test_undo_and_redo_have_keys_and_a_link_is_copied(page):
    """The keys in a field undo what is typed in it."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Duplicate", exact=True).click()
    copy = row(page, "2 · Conv2D 6 @ 5×5, same, relu")
    expect(copy).to_be_visible()
    settled(page)
    field = page.get_by_label("Name", exact=True)
    name = field.input_value()
    field.press("End")
    field.press_sequentially("x")
    page.keyboard.press("Control+z")
    expect(field).to_have_value(name)
    expect(copy).to_be_visible()
    page.get_by_role("button", name="Duplicate", exact=True).focus()
    page.keyboard.press("Control+z")
    expect(copy).to_have_count(0)
    page.keyboard.press("Control+Shift+Z")
    expect(copy).to_be_visible()
    page.keyboard.press("Control+z")
    expect(copy).to_have_count(0)
    page.keyboard.press("Control+y")
    expect(copy).to_be_visible()
    for key in ("z", "y", "z", "y", "z"):  # faster than the page follows
        page.keyboard.press(f"Control+{key}")
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    page.keyboard.press("Control+y")
    expect(copy).to_be_visible()
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    link = page.get_by_test_id("stCode").inner_text().strip()
    assert "?n=1" in link and page.evaluate("navigator.clipboard.readText()") == link
    clean(page)
