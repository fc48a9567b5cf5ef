"""Small arrays in the browser: typing, hovering, pinning, walking, and which cells belong together."""

import numpy as np
import pytest
from playwright.sync_api import expect

from core.learn.convolution import Sliding, products
from core.learn.pooling import Windows, pooled
from core.views.grids import Geometry, Grid, Pair, grids_data
from core.views.pooling import pooling_data
from tests.browser.components.conftest import EVIL, stop_clock

IMAGE = np.array([[1.0, 2, 0], [0.0625, -1, 4], [3, 0, 2]])
KERNEL = np.array([[1.0, 0], [-2, 0.5]])


def convolution(turn=0, image=IMAGE, output=((0, 0), (0, 0)), **more):
    """A 3×3 input, a 2×2 kernel, its bias and an output whose numbers the browser takes as they are."""
    grids = [
        Grid("input", "Input", "input", image, editable=True),
        Grid("kernel", "Kernel", "kernel", KERNEL, editable=True),
        Grid("bias", "Bias", "bias", np.array([[3.0]]), editable=True),
        Grid("output", "Output", "output", np.array(output, np.float64), bias="bias"),
    ]
    geometry = Geometry(2, 2, (Pair(("input",), ("output",), "kernel"),), ("output",), **more)
    return grids_data([("", grids)], geometry, "A kernel over an input.", "Nothing.", ["output"]) | {"turn": turn}


@pytest.fixture
def grids(page, mounted):
    stop_clock(page)
    one = mounted("grids")
    one.render(convolution())
    return one


def cell(grids, name):
    return grids.find(f'[data-cell="{name}"]')


def lit(grids, kind="lit"):
    return set(grids.page.evaluate(
        "kind => [...document.querySelector('main').shadowRoot.querySelectorAll('.' + kind)].map((one) => one.dataset.cell)", kind
    ))  # fmt: skip


def said(grids):
    return grids.find(".said").text_content()


INPUT_OF_FIRST = {f"input:{r},{c}" for r in (0, 1) for c in (0, 1)}
WHOLE_KERNEL = {f"kernel:{r},{c}" for r in (0, 1) for c in (0, 1)}


def test_at_first_a_position_is_pinned_and_its_sum_written_out(grids):
    assert lit(grids) == INPUT_OF_FIRST | WHOLE_KERNEL | {"output:0,0"}
    assert lit(grids, "active") == {"output:0,0"}
    assert said(grids) == "output, row 1, column 1 = 1·1 + 2·0 + 0.0625·(−2) + (−1)·0.5 + bias 3 = 0"
    assert grids.find(".place").text_content() == "position 1 of 4" and not grids.sent


def test_either_side_and_the_kernel_light_up_what_belongs_to_them(grids):
    cell(grids, "input:0,2").hover()
    assert lit(grids) == {"input:0,2", "output:0,1", "kernel:0,1"}
    assert "has a part in 1 number of the output" in said(grids)
    cell(grids, "input:1,1").hover()
    assert {name for name in lit(grids) if name.startswith("output")} == {
        f"output:{r},{c}" for r in (0, 1) for c in (0, 1)
    }
    cell(grids, "kernel:1,0").hover()
    assert {name for name in lit(grids) if name.startswith("input")} == {
        "input:1,0",
        "input:1,1",
        "input:2,0",
        "input:2,1",
    }
    assert "used in 4 products: it is shared by all positions" in said(grids)
    grids.page.mouse.move(900, 700)
    assert lit(grids, "active") == {"output:0,0"}, "what is pinned comes back"


def test_a_flipped_kernel_is_read_from_its_other_end(grids):
    grids.render(convolution(flip=True))
    cell(grids, "input:0,0").hover()
    assert lit(grids) == {"input:0,0", "output:0,0", "kernel:1,1"}


def test_a_click_pins_and_again_unpins(grids):
    cell(grids, "output:1,0").click()
    grids.page.mouse.move(900, 700)
    assert lit(grids, "active") == {"output:1,0"} and grids.find(".place").text_content() == "position 3 of 4"
    cell(grids, "output:1,0").click()
    cell(grids, "output:1,0").blur()
    grids.page.mouse.move(900, 700)
    assert not lit(grids) and said(grids) == "Nothing." and not grids.sent


def test_what_was_pinned_is_pinned_again_after_a_visit_to_another_page(page, mounted, grids):
    first = convolution(output=((0, 0), (7, 0))) | {"name": "one"}
    page.evaluate("document.querySelector('main').replaceWith(document.createElement('main'))")
    mounted("grids").render(first)
    assert lit(grids, "active") == {"output:1,0"}, "the first number that is not 0"
    cell(grids, "output:0,1").click()
    page.mouse.move(900, 700)
    page.evaluate("document.querySelector('main').replaceWith(document.createElement('main'))")
    mounted("grids").render(first)
    assert lit(grids, "active") == {"output:0,1"}
    page.evaluate("document.querySelector('main').replaceWith(document.createElement('main'))")
    mounted("grids").render(first | {"name": "other"})
    assert lit(grids, "active") == {"output:1,0"}


def test_a_number_is_typed_by_keyboard_and_sent_at_once(grids):
    grids.page.keyboard.press("Tab")
    assert cell(grids, "input:0,0").evaluate("one => one.getRootNode().activeElement === one")
    for key in ("ArrowDown", "ArrowRight", "−", "0", ",", "5"):
        grids.page.keyboard.press(key) if len(key) > 1 else grids.page.keyboard.insert_text(key)
    grids.page.keyboard.press("Enter")
    assert grids.sent == [["typed", {"turn": 0, "numbers": {"input:1,1": -0.5}}]]
    assert cell(grids, "input:1,1").get_attribute("aria-label") == "input, row 2, column 2: −0.5"
    for key in ("ArrowUp", "8", "ArrowLeft"):  # an arrow enters too
        grids.page.keyboard.press(key)
    assert grids.sent[-1] == ["typed", {"turn": 0, "numbers": {"input:1,1": -0.5, "input:0,1": 8}}]
    newer = IMAGE.copy()
    newer[1, 1], newer[0, 1] = -0.5, 8
    grids.render(convolution(image=newer))
    for key in ("9", "Enter"):
        grids.page.keyboard.press(key)
    assert grids.sent[-1] == ["typed", {"turn": 0, "numbers": {"input:0,0": 9}}], "what has arrived is not sent again"
    grids.page.keyboard.press("Tab")
    assert cell(grids, "kernel:0,0").evaluate("one => one.getRootNode().activeElement === one"), "one stop a grid"


@pytest.mark.parametrize("text, words", [
    ("abc", "input, row 1, column 1: “abc” is no number. Type one from −1,000 to 1,000, such as 0.5. It stays 1."),
    ("1e9", "input, row 1, column 1: 1e9 is too large. Numbers go from −1,000 to 1,000. It stays 1."),
    ("", "is no number"), ("1,000.5", "is no number"), ("0x10", "is no number"), ("NaN", "is no number"),
    ("Infinity", "is no number"), (EVIL, "is no number"),
])  # fmt: skip
def test_what_is_no_number_is_refused_with_a_sentence_and_the_old_one_stays(grids, text, words):
    cell(grids, "input:0,0").fill(text)
    cell(grids, "input:0,0").press("Enter")
    assert words in grids.find(".wrong").text_content() and not grids.sent
    assert cell(grids, "input:0,0").input_value() == "1" and grids.nothing_became_html()


def test_escape_takes_back_and_numbers_are_shown_short_but_kept_whole(grids):
    assert cell(grids, "input:1,0").input_value() == "0.06"
    cell(grids, "input:1,0").focus()
    assert cell(grids, "input:1,0").input_value() == "0.0625"
    grids.page.keyboard.type("77")
    grids.page.keyboard.press("Escape")
    cell(grids, "input:1,0").blur()
    assert cell(grids, "input:1,0").input_value() == "0.06" and not grids.sent


def test_what_is_being_typed_stays_while_newer_numbers_arrive_unless_all_are_others(grids):
    cell(grids, "input:0,0").focus()
    grids.page.keyboard.type("12")
    grids.render(convolution(output=((5, 5), (5, 5))))
    assert cell(grids, "input:0,0").input_value() == "12" and cell(grids, "output:0,0").text_content() == "5"
    grids.page.keyboard.press("Enter")
    grids.render(convolution())  # drawn before the server has heard of it
    assert cell(grids, "input:0,0").evaluate("one => one.getAttribute('aria-label')").endswith(": 12")
    grids.render(convolution(turn=1))
    assert cell(grids, "input:0,0").input_value() == "1"


def test_the_slider_and_the_buttons_walk_through_all_positions(grids):
    grids.find(".walk input").fill("3")
    assert lit(grids, "active") == {"output:1,1"}
    grids.find(".on").click()
    assert lit(grids, "active") == {"output:0,0"}
    grids.find(".back").click()
    assert lit(grids, "active") == {"output:1,1"}
    expect(grids.find(".play")).to_be_hidden()  # as who looks has asked for less motion


def test_play_walks_by_itself_and_stops(grids):
    grids.page.emulate_media(reduced_motion="no-preference")
    grids.render(convolution())
    grids.find(".play").click()
    grids.page.clock.run_for(1300)
    assert grids.find(".place").text_content() == "position 3 of 4" and grids.find(".play").text_content() == "Pause"
    grids.find(".play").click()
    grids.page.clock.run_for(5000)
    assert grids.find(".place").text_content() == "position 3 of 4"


def test_the_backward_pass_lights_up_the_remembered_maximum(grids):
    windows = Windows(3, 2, 1)
    forward = pooled(IMAGE, windows, "max")
    grids.render(pooling_data(IMAGE, np.ones((2, 2)), windows, "max", forward) | {"turn": 0})
    cell(grids, "gradient:1,1").hover()
    assert lit(grids, "picked") == {"input:1,2", "back:1,2", "output:1,1", "gradient:1,1"}
    assert {name for name in lit(grids) if name.startswith("back")} == {"back:1,1", "back:2,1", "back:2,2"}


@pytest.mark.parametrize("sliding", [Sliding(3, 1, 1, (1, 1)), Sliding(2, 2, 2, (1, 1)), Sliding(3, 2, 1, (0, 1))])
@pytest.mark.parametrize("flip", [False, True])
def test_cells_that_belong_together_are_those_of_the_products(module, sliding, flip):
    relation = module("grids/relation")
    size = sliding.size(6)
    image, kernels = (
        np.arange(36.0).reshape(1, 6, 6),
        np.arange(float(sliding.kernel**2)).reshape(1, 1, sliding.kernel, -1),
    )
    pair = Pair(("input",), ("output",), "kernel")
    geometry = Geometry(
        size, sliding.kernel, (pair,), ("output",), sliding.stride, sliding.dilation, sliding.padding[0], flip
    )
    for row, column in [(0, 0), (size - 1, 1), (1, size - 1)]:
        terms = relation("termsOf", geometry.data(), {"grid": "output", "row": row, "column": column})
        found = [
            (t["large"][0]["row"], t["large"][0]["column"], t["kernel"]["row"], t["kernel"]["column"]) for t in terms
        ]
        expected = products(image, kernels, sliding, (0, row, column), flip=flip)
        assert found == [(one.row, one.column, one.kernel_row, one.kernel_column) for one in expected]
        y, x = found[-1][:2]
        back = relation("termsOf", geometry.data(), {"grid": "input", "row": y, "column": x})
        assert (row, column) in {(t["small"][0]["row"], t["small"][0]["column"]) for t in back}
