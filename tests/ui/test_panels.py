"""Panels: a computation is done once for each version of the weights, and waits for its button where it is heavy."""

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    """A panel that counts how often it computes, about a layer that the test chooses."""
    from types import SimpleNamespace

    import streamlit as st

    from core.network import LENET5
    from core.ui.shell.session import Session
    from core.ui.widgets.panels import Computation, Drawn, LayerInFocus, Panel

    world = st.session_state.setdefault(
        "world",
        SimpleNamespace(version=1, live=False, path=(0,), heavy=False, why_not="", computed=[], everyones=False),
    )
    mine = st.session_state.setdefault("mine", Session())
    subject = SimpleNamespace(
        network=LENET5, model=LENET5, version=world.version, live=world.live, identity="lenet5", dataset="mnist"
    )
    subject.who, subject.everyones = "lenet5", world.everyones

    def compute(at, progress):
        progress(0.5)
        world.computed.append((at.path, world.version))
        return f"layer {at.path[0]}, weights {world.version}"

    def draw(at, result):
        st.markdown(result)
        return Drawn("The caption.", [lambda key: st.button("File", key=f"{key}/file")])

    computation = Computation(
        compute, lambda at: (at.path,), "Compute", lambda _: "Not yet.", waits=lambda _: world.heavy
    )
    panel = Panel("test", "Title", draw, computation, lambda _: world.why_not, help=" and help")
    panel.show(LayerInFocus(mine, subject, world.path))


@pytest.fixture
def app():
    return AppTest.from_function(page).run()


def then(app, **changes):
    """The page after these changes to the world."""
    vars(app.session_state["world"]).update(changes)
    app.run()
    assert not app.exception
    return [element.value for element in (*app.markdown, *app.caption)]


def computed(app):
    return app.session_state["world"].computed


def test_a_light_computation_is_done_at_once_and_once_for_each_layer_and_version(app):
    said = then(app)
    assert said == ["**Title** and help", "layer 0, weights 1", "The caption."]
    assert app.button(key="test/file") and len(computed(app)) == 1
    assert "layer 2, weights 1" in then(app, path=(2,))
    assert "layer 0, weights 1" in then(app, path=(0,)) and len(computed(app)) == 2
    assert "layer 0, weights 2" in then(app, version=2)
    assert computed(app) == [((0,), 1), ((2,), 1), ((0,), 2)]


def test_a_heavy_one_waits_for_its_button_and_then_keeps_its_result_while_newer_weights_come(app):
    said = then(app, heavy=True, path=(3,))
    assert "Not yet." in said and len(computed(app)) == 1
    app.button(key="test/ask").click().run()
    assert "layer 3, weights 1" in then(app)
    said = then(app, version=2)
    assert "layer 3, weights 1" in said and "With the weights that were there before." in said
    assert app.button(key="test/ask").label == "Compute again"
    app.button(key="test/ask").click().run()
    assert "layer 3, weights 2" in then(app) and computed(app)[1:] == [((3,), 1), ((3,), 2)]


def test_a_network_that_learns_is_never_computed_unasked(app):
    then(app, live=True, version=2)
    assert len(computed(app)) == 1 and app.button(key="test/ask")


def test_an_incompatible_layer_gets_a_sentence_and_nothing_is_computed(app):
    said = then(app, why_not="No such view.", version=2)
    assert said == ["**Title** and help", "No such view."] and len(computed(app)) == 1


def test_what_comes_trained_is_computed_once_for_all_visitors(app):
    then(app, everyones=True, version="everyones", path=(1,))
    assert computed(app)[1:] == [((1,), "everyones")]
    other = AppTest.from_function(page).run()
    said = then(other, everyones=True, version="everyones", path=(1,), heavy=True)
    assert "layer 1, weights everyones" in said and len(computed(other)) == 1  # what it computed before was its own
