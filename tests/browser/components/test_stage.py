"""The stage in the browser: what it draws, frames, says and sends."""

import itertools
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from core.network import LENET5, Conv2D, Dense, Flatten, MaxPooling2D, Network, inception_block, residual_block, trace
from core.network.arithmetic import output_sums
from core.network.layers import CannotWork
from core.views.stage import stage_data
from tests.browser.components.conftest import EVIL, brought, stop_clock

NAMES = tuple("0123456789")
SMALL = Network(
    (8, 8, 1),
    (Conv2D(2, (3, 3), padding="same"), MaxPooling2D((2, 2)), Conv2D(3, (3, 3)), Flatten(), Dense(10, "softmax")),
)


def dice():
    return np.random.default_rng(5)


def kernels_of(network):
    """Random kernels of all convolutions that read every map: path → (outputs, inputs, rows, columns)."""
    traced, found = trace(network), {}
    for path, block in network.walk():
        if isinstance(block, Conv2D):
            found[path] = dice().normal(size=(block.filters, traced.inputs[path][2], *block.kernel_size))
    return found


def sent(network, kernels=None, names=NAMES, first=100, below=0.0, known="", **more):
    """All that the page sends for a network, with random outputs.

    Args:
        network: that is drawn; where it cannot work, nothing comes out of any layer.
        kernels: path → (outputs, inputs, rows, columns).
        names: of the classes.
        first: identity of the first layer.
        below: what is taken away from each number that a layer gives.
        known: `planned` of the data that the browser has.
        more: of what the page adds.
    """
    random, traced = dice(), trace(network)
    rows = traced.rows if traced.works else ()
    values = {row.path: random.random(row.output_shape, np.float32) - below for row in rows}
    image = random.random(network.input_shape, np.float32)
    identities = {path: first + number for number, (path, _) in enumerate(network.walk())}
    data = stage_data(network, image, values, kernels or {}, names, lambda path: identities.get(path, 900), (), known)
    usual = {"layer": "", "unit": "", "undo": False, "redo": True, "locked": False}
    return data | usual | {"problem": "", "folded": "", "hint": "Move over any number."} | more


@pytest.fixture
def stage(page, mounted):
    stop_clock(page)
    brought(page, "stage_script")
    one = mounted("stage")
    page.evaluate("document.querySelector('main').style = 'display: block; width: 980px'")
    one.render(sent(SMALL, kernels_of(SMALL)))
    return one


def node(stage, layer):
    return stage.find(f'.node[data-layer="{layer}"]')


def unit(stage):
    return stage.find(".stage").get_attribute("data-unit")


def box(stage):
    return [int(n) for n in stage.find(".stage").get_attribute("data-box").split(",")]


def acts(stage):
    return [value for name, value in stage.sent if name == "act"]


def test_each_layer_stands_with_its_name_and_its_shape(stage):
    heads = stage.find(".node .head").all_inner_texts()
    assert [head.split("\n")[0] for head in heads] == [
        *("Image", "1 Conv2D", "2 MaxPool", "3 Conv2D", "4 Flatten", "5 Dense"),
    ]
    assert stage.find(".node .shape").all_inner_texts() == ["8×8×1", "8×8×2", "4×4×2", "2×2×3", "12", "10"]
    lefts = [one.bounding_box()["x"] for one in stage.find(".node").all()]
    assert lefts == sorted(lefts) and len(set(lefts)) == 6


@pytest.mark.parametrize("network", [SMALL, LENET5], ids=["small", "LeNet-5"])
def test_hovering_lights_what_the_receptive_field_says(stage, network):
    stage.render(sent(network))
    traced = trace(network)
    last = [path for path, _ in network.walk() if len(traced.row(path).output_shape) == 3][-1]
    rows, columns, _ = traced.row(last).output_shape
    grid = node(stage, last[0]).locator(".grid")
    cell, corner = float(grid.get_attribute("data-cell")), grid.bounding_box()
    for row, column in itertools.product(range(rows), range(columns)):
        stage.page.mouse.move(corner["x"] + (column + 0.5) * cell, corner["y"] + (row + 0.5) * cell)
        assert unit(stage) == f"{last[0]}|0|{row}|{column}"
        assert box(stage) == list(traced.row(last).receptive_field.region(row, column))


def test_what_is_between_is_lit_too(module):
    """Layer by layer: the union of what the corners of a box read."""
    call = module("stage/regions")
    held = [[0, 3], [1, 4], [2, 5]]
    pooled = [[0, 2], [2, 4], [4, 6], [6, 8]]
    image = {"id": "", "rows": 8, "columns": 8, "maps": 1, "reads": []}
    pool = {"id": "0", "rows": 4, "columns": 4, "maps": 2}
    pool["reads"] = [{"id": "", "rows": pooled, "columns": pooled, "maps": "all"}]
    conv = {"id": "1", "rows": 2, "columns": 2, "maps": 3}
    conv["reads"] = [{"id": "0", "rows": held, "columns": held, "maps": "all"}]
    found = call.page.evaluate(
        "([stages, unit]) => [...window.module.regions(new Map(stages.map((one) => [one.id, one])), unit)]",
        [[image, pool, conv], {"id": "1", "map": 2, "row": 1, "column": 0}],
    )
    assert dict(found) == {
        "1": {"maps": 2, "box": [1, 0, 2, 1]},
        "0": {"maps": "all", "box": [1, 0, 4, 3]},
        "": {"maps": "all", "box": [2, 0, 8, 6]},
    }


def test_the_kernel_at_work_adds_up_as_numpy_does(stage):
    """The sums beside the patches are those of the convolution, with the stride, padding and dilation of its layer."""
    network = Network((9, 9, 2), (Conv2D(2, (3, 3), (2, 2), "same", (1, 1)), Flatten(), Dense(10)))
    kernels = kernels_of(network)
    data = sent(network, kernels)
    stage.render(data)
    pixels = decoded(data["stages"][0])  # (maps, rows, columns)
    weights = kernels[(0,)]
    window = data["plan"]["nodes"][0]["window"]
    node(stage, "0").locator(".grid").focus()
    stage.page.keyboard.press("ArrowDown")  # the first number, then one further down
    stage.page.keyboard.press("ArrowDown")
    words = stage.find(".lens").get_attribute("aria-label")
    said = dict(part.split(" adds ") for part in words.rstrip(".").split(". ")[-1].split(", "))
    for channel in range(2):
        total = 0.0
        for j, k in itertools.product(range(3), range(3)):
            row, column = 2 - window["before"][0] + j, 0 - window["before"][1] + k
            if 0 <= row < 9 and 0 <= column < 9:
                total += pixels[channel, row, column] * weights[0, channel, j, k]
        assert float(said[f"channel {channel + 1}"]) == pytest.approx(total, rel=5e-3, abs=1e-3)


def decoded(stage):
    import base64

    levels = np.frombuffer(base64.b64decode(stage["values"]), "<u2").astype(float)
    values = stage["low"] + levels / 65_535 * (stage["high"] - stage["low"])
    return values.reshape(stage["maps"], stage["rows"], stage["columns"])


def test_every_number_can_be_reached_by_keyboard_and_is_announced(stage):
    grid = node(stage, "0").locator(".grid")
    grid.focus()
    for key, expected in [
        ("ArrowRight", "0|0|0|0"),
        ("ArrowRight", "0|0|0|1"),
        ("ArrowDown", "0|0|1|1"),
        ("PageDown", "0|1|1|1"),
        ("ArrowLeft", "0|1|1|0"),
        ("PageDown", "0|0|1|0"),
    ]:
        stage.page.keyboard.press(key)
        assert unit(stage) == expected
    expect(stage.find(".said")).to_contain_text("1 · Conv2D 2 @ 3×3, same: map 1, row 2, column 1 is")
    assert stage.find(".said").get_attribute("aria-live") == "polite"
    stage.page.keyboard.press("Enter")
    assert acts(stage) == [{"kind": "unit", "unit": "0|0|1|0"}]


def test_a_layers_name_opens_its_settings_and_a_changed_one_is_sent(stage):
    node(stage, "2").locator(".head").click()
    panel = stage.find(".panel")
    expect(panel).to_be_visible()
    filters = panel.locator("input[name=filters]")
    expect(filters).to_be_focused()
    filters.fill("5")
    filters.press("Enter")
    panel.locator("select[name=padding]").select_option("same")
    assert acts(stage) == [
        {"kind": "layer", "id": "2"},
        {"kind": "set", "identity": 102, "name": "filters", "value": 5},
        {"kind": "set", "identity": 102, "name": "padding", "value": "same"},
    ]
    stage.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert "3 Conv2D" in stage.focused()


def test_what_somebody_is_typing_stays_while_new_numbers_come(stage):
    node(stage, "2").locator(".head").click()
    field = stage.find(".panel input[name=kernel_size]")
    field.fill("2x")
    stage.render(sent(SMALL, kernels_of(SMALL)))
    expect(field).to_have_value("2x")
    expect(field).to_be_focused()


def test_the_sum_of_the_window_follows_the_field_at_once(stage):
    node(stage, "0").locator(".head").click()
    shown = stage.find(".panel .sum")
    expect(shown).to_have_text("⌊(8 + 2·1 − 3)/1⌋ + 1 = 8")
    stage.find(".panel input[name=kernel_size]").fill("5x3")
    expect(shown).to_have_text("⌊(8 + 2·2 − 5)/1⌋ + 1 = 8; ⌊(8 + 2·1 − 3)/1⌋ + 1 = 8")
    stage.find(".panel input[name=kernel_size]").fill("")
    expect(shown).to_have_text("A size such as 5×5.")
    assert [one["kind"] for one in acts(stage)] == ["layer"]  # nothing is sent before the field is left


def test_sums_in_the_browser_are_those_of_the_server(module):
    call = module("stage/window")
    cases = list(itertools.product((5, 8, 28), (1, 2, 3, 5), (1, 2, 3), (1, 2), ("same", "valid")))
    found = call.page.evaluate("cases => cases.map((one) => window.module.windowSum(...one))", cases)
    compared = 0
    for (n, size, stride, dilation, padding), words in zip(cases, found, strict=True):
        if stride > 1 and dilation > 1:
            continue
        layer = Conv2D(1, (size, size), (stride, stride), padding, (dilation, dilation))
        try:
            assert output_sums(layer, (n, n, 1)) == (words,)
            compared += 1
        except CannotWork:
            assert words == f"{(size - 1) * dilation + 1} pixels do not fit into {n}."
    assert compared > 80


def test_layers_are_added_moved_and_deleted(stage):
    node(stage, "2").locator(".add").click()
    stage.find(".panel").get_by_text("BatchNormalization", exact=True).click()
    expect(stage.find(".panel")).to_be_hidden()
    node(stage, "2").locator(".head").press("ArrowRight")
    node(stage, "2").locator(".head").click()
    stage.find(".panel").get_by_text("Delete", exact=True).click()
    assert acts(stage) == [
        {"kind": "add", "before": 102, "layer": "BatchNormalization"},
        {"kind": "move", "identity": 102, "by": 1},
        {"kind": "layer", "id": "2"},
        {"kind": "remove", "identity": 102},
    ]


@pytest.mark.parametrize("above", [0, 120, 260], ids=["at the top", "further down", "at the bottom"])
@pytest.mark.parametrize("opener", [".add", ".head"])
def test_a_panel_stays_inside_the_window(stage, above, opener):
    stage.page.set_viewport_size({"width": 1000, "height": 700})
    stage.page.evaluate("px => document.querySelector('main').style.paddingTop = `${px}px`", above)
    panel = stage.find(".panel")
    for _ in range(2):  # the second time it opens as the first
        node(stage, "2").locator(opener).click()
        found, pressed = panel.bounding_box(), node(stage, "2").locator(opener).bounding_box()
        assert found["y"] >= 0 and found["y"] + found["height"] <= 700
        assert found["height"] > 140
        apart = found["y"] >= pressed["y"] + pressed["height"] or found["y"] + found["height"] <= pressed["y"]
        assert apart, "it covers what was pressed"
        assert panel.evaluate("one => one.scrollTop") == 0
        panel.evaluate("one => one.scrollTo(0, one.scrollHeight)")
        panel.get_by_label("Close").evaluate("one => one.click()")


def test_a_panel_keeps_its_side_while_new_numbers_come(stage):
    stage.page.set_viewport_size({"width": 1000, "height": 700})
    stage.page.evaluate("document.querySelector('main').style.paddingTop = '260px'")
    node(stage, "2").locator(".head").click()
    stage.page.set_viewport_size({"width": 1000, "height": 420})  # now there is more room above
    stage.render(sent(SMALL, kernels_of(SMALL)))
    head = node(stage, "2").locator(".head").bounding_box()
    assert stage.find(".panel").bounding_box()["y"] > head["y"]


def test_a_layer_is_dragged_to_another_place(stage):
    head, target = node(stage, "0").locator(".head").bounding_box(), node(stage, "2").locator(".head").bounding_box()
    stage.page.mouse.move(head["x"] + 20, head["y"] + 10)
    stage.page.mouse.down()
    stage.page.mouse.move(target["x"] + 40, head["y"] + 12, steps=6)
    stage.page.mouse.up()
    assert acts(stage) == [{"kind": "move", "identity": 100, "by": 2}]


def test_undo_and_redo_are_there_as_far_as_there_is_something(stage):
    expect(stage.find(".undo")).to_be_disabled()
    stage.find(".redo").click()
    assert acts(stage) == [{"kind": "redo"}]


def test_in_a_locked_lesson_nothing_can_be_changed(stage):
    stage.render(sent(SMALL, locked=True))
    expect(stage.find(".node .add:visible")).to_have_count(0)
    expect(stage.find(".undo")).to_be_hidden()
    node(stage, "2").locator(".head").click()
    expect(stage.find(".panel input[name=filters]")).to_be_disabled()
    expect(stage.find(".panel").get_by_text("Delete")).to_have_count(0)


def deep(layers=31):
    return Network((8, 8, 1), (*[Conv2D(2, (3, 3), padding="same")] * (layers - 2), Flatten(), Dense(10, "softmax")))


def test_a_network_too_wide_folds_its_middle_and_opens_on_demand(stage):
    stage.render(sent(deep(32)))
    expect(stage.find(".node:visible .head strong").last).to_have_text("32 Dense")
    expect(stage.find(".node:visible .head strong").first).to_have_text("Image")
    fold = stage.find(".fold")
    hidden = int(fold.inner_text().split()[1])
    shown = stage.find(".node:visible").count()
    assert hidden + shown == 33 and shown >= 8
    widths = {round(one.bounding_box()["width"]) for one in stage.find(".node:visible").all()}
    assert min(widths) >= 78  # never below legible
    (told,) = [one["ids"].split() for one in acts(stage) if one["kind"] == "folded"]
    visible = [one.get_attribute("data-layer") for one in stage.find(".node:visible").all()]
    first = next(int(layer) for layer in visible[1:] if str(int(layer) - 1) not in visible and layer != "0")
    read = str(first - 1)  # beside the fold, its kernel is shown at work on what it reads
    assert len(told) == hidden - 1 and not {read, *visible} & set(told)
    fold.click()
    expect(stage.find(".node:visible")).to_have_count(33)
    board = stage.find(".board")
    assert board.evaluate("one => one.scrollWidth > one.clientWidth")
    stage.find(".unfold").click()
    expect(stage.find(".fold")).to_be_visible()


@pytest.mark.parametrize("block", [residual_block(2), inception_block(4)], ids=["residual", "inception"])
def test_branches_are_drawn_above_each_other_and_lead_to_their_join(stage, block):
    network = Network((8, 8, 2), (block, Flatten(), Dense(10, "softmax")))
    stage.render(sent(network))
    joined = node(stage, "0").bounding_box()
    lanes = [node(stage, f"0.{n}.0").bounding_box() for n, branch in enumerate(block.branches) if branch]
    assert all(lane["x"] < joined["x"] for lane in lanes)
    assert all(one["y"] + one["height"] <= other["y"] + 1 for one, other in itertools.pairwise(lanes))
    curves = stage.find(".lines path").get_attribute("d").count("M")
    empty = sum(not branch for branch in block.branches)  # a skip is drawn in two curves
    assert curves == sum(len(network.sources(path)) for path, _ in network.walk()) + empty


def test_a_layer_that_cannot_work_stands_there_without_maps(stage):
    network = Network((4, 4, 1), (Conv2D(2, (5, 5)), Flatten()))
    stage.render(sent(network))
    expect(node(stage, "0").locator(".shape")).to_have_text("cannot work")
    expect(node(stage, "0").locator(".grid")).to_be_hidden()
    node(stage, "0").locator(".head").click()
    expect(stage.find(".panel .wrong")).to_contain_text("needs at least 5×5 pixels")


def test_a_refused_setting_is_said_in_the_panel(stage):
    node(stage, "0").locator(".head").click()
    stage.render(sent(SMALL, problem="Filters must be between 1 and 1,024, not 0."))
    expect(stage.find(".panel .wrong")).to_have_text("Filters must be between 1 and 1,024, not 0.")


def test_names_stay_words(stage):
    data = sent(SMALL, hint=EVIL)
    data["name"] = EVIL
    for one in data["plan"]["nodes"]:
        one["name"] = one["words"] = one["problem"] = EVIL
    for one in data["stages"]:
        one["title"] = one["note"] = EVIL
    stage.render(data)
    node(stage, "0").locator(".head").click()
    assert stage.nothing_became_html()


def test_the_number_of_the_address_is_chosen_and_a_later_choice_stays(stage):
    stage.render(sent(SMALL, unit="2|1|0|1"))
    assert unit(stage) == "2|1|0|1"
    node(stage, "0").locator(".grid").focus()
    stage.page.keyboard.press("ArrowRight")
    stage.render(sent(SMALL, unit="2|1|0|1"))
    assert unit(stage) == "0|0|0|0"


def test_a_stage_that_goes_leaves_no_observer(stage):
    assert stage.observers == 1
    stage.render(sent(SMALL))
    assert stage.observers == 1
    stage.leave()
    assert stage.observers == 0


def test_a_stage_that_is_there_before_its_script_is_drawn_when_that_comes(page, mounted):
    one = mounted("stage")
    one.render(sent(SMALL))
    one.render(sent(SMALL, kernels_of(SMALL)))
    expect(one.find(".node")).to_have_count(0)
    brought(page, "stage_script")
    expect(one.find(".node")).to_have_count(6)
    assert one.observers == 1
    one.leave()
    assert one.observers == 0


def test_a_stage_that_has_gone_before_its_script_came_stays_gone(page, mounted):
    one = mounted("stage")
    one.render(sent(SMALL))
    one.leave()
    brought(page, "stage_script")
    expect(one.find(".node")).to_have_count(0)


def test_what_stays_while_a_network_learns_is_sent_only_once(stage):
    whole = sent(SMALL, kernels_of(SMALL))
    plans = [value for name, value in stage.sent if name == "plan"]
    assert plans == [whole["planned"]]  # it says what it has
    grid = node(stage, "0").locator(".grid")
    grid.hover(position={"x": 5, "y": 5})
    before = stage.find(".said").inner_text()
    for below in (0.5, 0.25):
        stage.render(sent(SMALL, kernels_of(SMALL), below=below, known=whole["planned"]))
    after = stage.find(".said").inner_text()
    number = re.compile(r"is (-?[\d.]+)\.")
    then, now = (float(number.search(words)[1]) for words in (before, after))
    assert now == pytest.approx(then - 0.25, abs=1e-3) and number.sub("", before) == number.sub("", after)
    assert [value for name, value in stage.sent if name == "plan"] == plans
    node(stage, "2").locator(".head").click()
    expect(stage.find(".panel input[name=filters]")).to_have_value("3")


def test_a_browser_that_has_lost_the_plan_asks_for_it(page, mounted):
    brought(page, "stage_script")
    one = mounted("stage")
    known = sent(SMALL)["planned"]
    for _ in range(2):
        one.render(sent(SMALL, known=known))
    assert one.sent == [["plan", ""]]
    one.render(sent(SMALL))
    expect(one.find(".node")).to_have_count(6)
    assert one.sent[1:] == [["plan", known]]
