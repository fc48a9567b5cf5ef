"""Stacking layers, as a visitor does it."""

from xml.etree import ElementTree

import pytest

from core.learn.stacking import COMPARED, StackedLayer, fan, fewest, price, steps
from core.network import Conv2D, trace
from core.ui.pages.stacking.state import StackingState
from core.views.stacking import fan_svg, fan_words, step_rows, task_words
from tests.pages.conftest import button, mine, opened, went_to, words


def own(app) -> StackingState:
    return mine(app).state(StackingState)


def field(app, label: str):
    return next(one for one in app.number_input if one.label == label)


def test_the_first_visit_shows_the_fan_of_the_middle_unit_and_the_arithmetic(app):
    opened(app, "stacking")
    assert not app.exception and not app.warning
    assert "Unit 5 of 8 of the last layer has a field of 13 cells, from 9 to 21. It depends on 13 cells" in words(app)
    rows = app.table[0].value
    assert list(rows.iloc[-1]) == [
        "3: 3×3, dilation 2", "⌊(12 + 2·0 − 2·(3 − 1) − 1) / 1⌋ + 1 = 8", "2·1 = 2", "5 + 2·(3 − 1)·2 = 13",
        "3 + (2·(3 − 1)/2 − 0)·2 = 7",
    ]  # fmt: skip


def test_rows_are_typed_added_moved_and_removed_and_each_keeps_its_numbers(app):
    opened(app, "stacking")
    field(app, "1 · Kernel k").set_value(5).run()
    button(app, "Add a layer").click().run()
    assert [one.kernel for one in own(app).stack] == [5, 3, 3, 3]
    app.button(key="stacking/0/Down").click().run()
    assert [one.kernel for one in own(app).stack] == [3, 5, 3, 3] and field(app, "2 · Kernel k").value == 5
    field(app, "2 · Kernel k").set_value(7)
    app.button(key="stacking/1/remove").click()  # together with what was typed into another row
    app.run()
    assert [one.kernel for one in own(app).stack] == [7, 3, 3]
    opened(app, "build")
    opened(app, "stacking")
    assert field(app, "1 · Kernel k").value == 7 and not app.exception
    for _ in range(5):
        button(app, "Add a layer").click().run()
    assert button(app, "Add a layer").disabled and len(own(app).rows) == 8


def test_the_last_row_stays_and_examples_replace_them_all(app):
    opened(app, "stacking")
    button(app, "One 5×5").click().run()
    assert own(app).stack == COMPARED["One 5×5"]
    assert next(one for one in app.button if one.key.endswith("/remove")).disabled
    button(app, "One 3×3, dilation 2").click().run()
    assert "2 cells within its field are left out (crossed)" in words(app)


def test_another_unit_is_chosen_and_stays_within_fewer(app):
    opened(app, "stacking")
    app.slider[0].set_value(8).run()
    assert "Unit 8 of 8" in words(app)
    field(app, "3 · Kernel k").set_value(5).run()
    assert "Unit 4 of 4" in words(app) and not app.exception


def test_a_layer_that_does_not_fit_gets_a_sentence_and_the_rows_stay(app):
    opened(app, "stacking")
    field(app, "Input n").set_value(6).run()
    assert "Layer 3: A kernel of 3×3 with dilation 2 covers 5×5 cells" in app.warning[0].value
    assert field(app, "3 · Dilation d").value == 2 and button(app, "Open as a network on Build").disabled
    assert "An input of 6×6 has no 20×20 cells" in words(app) and not app.exception
    field(app, "Input n").set_value(28).run()
    field(app, "2 · Dilation d").set_value(2).run()
    assert "Layer 2 has the stride 2 and the dilation 2" in words(app)


def test_the_task_is_reached_by_its_solution_and_by_nothing_that_costs_more(app):
    opened(app, "stacking")
    assert "Not covered: the most that a unit depends on is 13×13 of 20×20." in words(app)
    app.button(key="stacking/solution").click().run()
    assert "Reached: 20×20 is covered with 5,200 parameters" in app.success[0].value
    assert "Σ (k²·C² + C) = 2²·16² + 16" in words(app)
    button(app, "Add a layer").click().run()
    assert "parameters. 5,200 are enough." in words(app) and not app.success


def test_it_opens_on_build_as_a_network_that_can_be_trained(app):
    opened(app, "stacking")
    button(app, "Open as a network on Build").click().run()
    network = mine(app).editor.network
    assert went_to(app) == "build" and not trace(network, 10).problems
    assert [one.dilation_rate for one in network.layers if isinstance(one, Conv2D)] == [(1, 1), (1, 1), (2, 2)]


@pytest.mark.parametrize(
    "stack", [*COMPARED.values(), (StackedLayer(1),), (StackedLayer(3, 2, 1, 16),), fewest(24, 4)]
)
@pytest.mark.parametrize("unit", [0, -1])
def test_the_picture_marks_each_cell_that_is_read_and_each_that_is_left_out(stack, unit):
    found = steps(stack, 28)
    seen = fan(stack, 28, range(found[-1].size)[unit])
    root = ElementTree.fromstring(fan_svg(stack, found, seen))
    kind = "{http://www.w3.org/2000/svg}"
    filled = [one for one in root.iter(f"{kind}rect") if one.get("fill") == "#4F46E5"]
    inside = [at for at in range(28) if seen.field[0] <= at <= seen.field[1]]
    assert len(filled) == len(seen.levels[0])
    assert len(list(root.iter(f"{kind}path"))) == len(inside) - len(seen.levels[0])
    assert len(list(root.iter(f"{kind}circle"))) == sum(step.size for step in found[1:])
    assert len(list(root.iter(f"{kind}line"))) == sum(map(len, seen.lines))
    assert f"It depends on {len(seen.levels[0]) or 'no'} cell" in fan_words(found, seen)
    left, _, width, _ = (float(part) for part in root.get("viewBox").split())
    for one in root.iter(f"{kind}circle"):
        assert left <= float(one.get("cx")) <= width
    assert len(step_rows(stack, found)) == len(stack) + 2


def test_holes_are_no_cover():
    holed = price((StackedLayer(3, dilation=8), StackedLayer(3, dilation=3)), 28, 1)
    reached, said = task_words(holed, 25, 20)
    assert holed.field == 23 and not reached and "it has holes" in said
