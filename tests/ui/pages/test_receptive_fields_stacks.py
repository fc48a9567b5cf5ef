"""The stack of 3×3 convolutions against the single one: its figures are those of such networks."""

import pytest

from core.network import Conv2D, Network, trace
from core.ui.pages.receptive_fields.stacks import stacks
from core.ui.shell.session import Session
from tests.ui.drawn_page import drawn


@pytest.mark.parametrize(("count", "channels"), [(2, 1), (3, 1), (5, 2), (2, 16)])
def test_what_a_stack_saves_is_of_its_multiply_adds(count, channels):
    app = drawn(lambda: stacks(Session()))
    app.session_state["fields/stacks"] = True
    app.run()
    app.number_input(key="fields/stacks/count").set_value(count)
    app.number_input(key="fields/stacks/channels").set_value(channels).run()
    assert not app.exception
    side = 2 * count + 1
    figures = []
    for sizes in ([3] * count, [side]):
        layers = tuple(Conv2D(channels, size, padding="same") for size in sizes)
        traced = trace(Network((20, 20, channels), layers))
        figures.append((traced.parameters, traced.macs // 400, traced.rows[-1].field.size))
    table = app.table[0].value
    assert list(table["Parameters"]) == [f"{parameters:,}" for parameters, _, _ in figures]
    assert list(table["Multiply-adds"]) == [f"{macs:,}" for _, macs, _ in figures]
    assert list(table["Sees"]) == [f"{high}×{wide}" for _, _, (high, wide) in figures]
    saved = 100 * (1 - figures[0][1] / figures[1][1])
    (words,) = (element.value for element in app.markdown if "multiply-adds" in element.value)
    assert f"**{saved:.0f} %** fewer multiply-adds than one {side}×{side} kernel" in words
