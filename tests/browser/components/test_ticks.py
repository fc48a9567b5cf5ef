"""The table of boxes in the browser: ticking, walking, and what is said."""

import pytest

from core.learn.connections import FULL, OF_1998
from core.ui.widgets.ticks import read_ticks
from core.views.connections import ticks_data


@pytest.fixture
def ticks(mounted):
    one = mounted("ticks")
    one.render(ticks_data(OF_1998) | {"turn": 0})
    return one


def box(ticks, s2, c3):
    return ticks.find(f'[aria-label="S2 map {s2} feeds C3 map {c3}"]')


def ticked(ticks):
    return ticks.find("input:checked").count()


def test_the_table_of_1998_is_ticked_and_a_tick_sends_the_whole_table(ticks):
    assert ticked(ticks) == 60 and box(ticks, 1, 5).is_checked() and not box(ticks, 4, 1).is_checked()
    assert ticks.find(".said").text_content() == "Point at a box: what its map of C3 reads is said here."
    box(ticks, 4, 1).check()
    ((name, sent),) = ticks.sent
    assert name == "ticked" and read_ticks(sent, 0) == (OF_1998[0] | {3}, *OF_1998[1:])
    assert (
        ticks.find(".said").text_content() == "C3 map 1 reads the S2 maps 1, 2, 3 and 4: 25·4 + 1 = 101 parameters."
    )


@pytest.mark.parametrize(("width", "keys"), [(1000, ("ArrowDown", "ArrowRight")), (390, ("ArrowRight", "ArrowDown"))])
def test_arrow_keys_walk_as_the_table_stands_and_the_space_bar_ticks(ticks, width, keys):
    page = ticks.page
    page.set_viewport_size({"width": width, "height": 900})
    page.keyboard.press("Tab")
    page.keyboard.press(keys[0])  # to S2 map 2
    page.keyboard.press(keys[1])  # to C3 map 2
    page.keyboard.press("Space")
    assert not box(ticks, 2, 2).is_checked() and ticked(ticks) == 59
    for _ in range(20):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    assert not box(ticks, 1, 1).is_checked() and ticked(ticks) == 58
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_late_answer_takes_no_tick_back_and_another_table_replaces_all(ticks):
    box(ticks, 4, 1).check()
    box(ticks, 5, 1).check()
    ticks.render(ticks_data((OF_1998[0] | {3}, *OF_1998[1:])) | {"turn": 0})  # only the first has arrived there
    assert box(ticks, 5, 1).is_checked() and ticked(ticks) == 62
    assert ticks.page.evaluate("document.activeElement.shadowRoot.activeElement.getAttribute('aria-label')") == "S2 map 5 feeds C3 map 1"  # fmt: skip
    ticks.render(ticks_data(FULL) | {"turn": 1})
    assert ticked(ticks) == 96


def test_what_a_map_reads_is_said_of_none_and_of_one(ticks):
    for s2 in (1, 2, 3):
        box(ticks, s2, 1).uncheck()
    assert ticks.find(".said").text_content() == "C3 map 1 reads no map of S2: 25·0 + 1 = 1 parameter."
    box(ticks, 6, 1).check()
    assert ticks.find(".said").text_content() == "C3 map 1 reads the S2 map 6: 25·1 + 1 = 26 parameters."
