"""A click on the drawing of the network opens a layer, if it names one."""

import pytest

from core.network import LENET5, PRESETS, Branches, Conv2D, Dense, Flatten, Network, trace
from core.ui.shell.session import Session
from core.ui.widgets.diagram import MOST_PINNED, drawing, height_of
from core.views.diagram import network_svg

TWO_WAYS = Network((8, 8, 1), (Branches(((Conv2D(2, 3),), (Conv2D(2, 3), Conv2D(2, 1)))), Flatten(), Dense(10)))


@pytest.fixture
def clicked(monkeypatch):
    """What is open after a click that sends this, and what the browser was given to draw."""

    def click(sent):
        given, mine = {}, Session()
        mine.editor.open(TWO_WAYS)
        mine.editor.selected = (2,)
        monkeypatch.setattr("core.ui.widgets.diagram.component", lambda _: lambda **facts: given.update(facts))
        monkeypatch.setattr("streamlit.session_state", {"build/drawing": {"selected": sent}})
        drawing(mine, trace(mine.editor.network))
        shown = str(mine.reveals)
        given["on_selected_change"]()
        return mine.editor.selected, str(mine.reveals) != shown, given["data"]["svg"]

    return click


@pytest.mark.parametrize(("sent", "path"), [("0.1.1", (0, 1, 1)), ("0", (0,)), ("1", (1,))])
def test_a_click_opens_the_layer_that_it_names_and_brings_it_into_view(clicked, sent, path):
    selected, revealed, svg = clicked(sent)
    assert selected == path and revealed
    assert f'data-path="{sent}"' in svg


@pytest.mark.parametrize("hostile", [None, 7, "a", "1.-2", "1..2", "1" * 50, "²", [1], "9", "0.2.0", ""])
def test_what_names_no_layer_opens_none(clicked, hostile):
    selected, revealed, _ = clicked(hostile)
    assert selected == (2,) and not revealed


def test_a_drawing_stays_in_sight_only_where_it_leaves_room():
    low, high = LENET5, PRESETS["B2"].network
    heights = [height_of(network_svg(network, trace(network))) for network in (low, high)]
    assert heights[0] < MOST_PINNED < heights[1]
