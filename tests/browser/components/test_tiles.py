"""Pictures to click: side by side, and as the rows of a table."""

import pytest

from tests.browser.components.conftest import EVIL

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def tiles(*labels):
    size = {"width": 40, "height": 40}
    return [
        {"number": 10 + at, "source": PIXEL, "label": label, "alt": label, **size} for at, label in enumerate(labels)
    ]


def data(*labels, chosen=None, clickable=True):
    more = {"noun": "kernel", "columns": ["red", "green"], "step": 20, "clickable": clickable}
    return {"tiles": tiles(*labels), "chosen": chosen, "least": 24} | more


@pytest.mark.parametrize("name", ["gallery", "rows"])
def test_a_click_or_enter_tells_the_number_of_a_picture(mounted, name):
    one = mounted(name)
    one.render(data("a", "b", "c"))
    one.find("img").nth(1).click()
    one.find("button").nth(2).press("Enter")
    assert one.sent == [["number", 11], ["number", 12]]


@pytest.mark.parametrize("name", ["gallery", "rows"])
def test_the_chosen_picture_is_the_pressed_button(mounted, name):
    one = mounted(name)
    one.render(data("a", "b", "c", chosen=12))
    pressed = [button.get_attribute("aria-pressed") for button in one.find("button").all()]
    assert pressed == ["false", "false", "true"]


@pytest.mark.parametrize("name", ["gallery", "rows"])
def test_newer_pictures_leave_the_focus_and_no_old_ones(mounted, name):
    one = mounted(name)
    one.render(data("a", "b", "c"))
    one.find("button").nth(1).focus()
    one.render(data("A", "B"))
    assert one.focused() == "B" and one.find("img").count() == 2
    one.page.keyboard.press("Enter")
    assert one.sent == [["number", 11]]


@pytest.mark.parametrize("name", ["gallery", "rows"])
def test_labels_are_only_words(mounted, name):
    one = mounted(name)
    one.render(data(EVIL) | {"noun": EVIL, "columns": [EVIL]})
    assert one.nothing_became_html() and EVIL in one.find("button").text_content()


def test_rows_name_their_columns(mounted):
    one = mounted("rows")
    one.render(data("1", "2"))
    one.render(data("1", "2"))
    assert one.find("th[scope=col]").all_text_contents() == ["kernel", "red", "green"]
    assert one.find("th[scope=row]").all_text_contents() == ["1", "2"]
    assert "max-width: 20px" in one.find("th[scope=col]").nth(2).get_attribute("style")


def test_rows_that_are_only_to_be_seen_are_scrolled_by_keyboard_and_tell_nothing(mounted):
    one = mounted("rows")
    one.render(data("1", "2", clickable=False))
    one.page.keyboard.press("Tab")
    assert one.focused().startswith("kernel")  # the box itself
    one.find("img").first.click()
    assert not one.sent and not one.find("button").count()
