"""A field for a whole number: what is typed reaches the state, and what comes too late does not."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.ui.shell.renewal import Renewal
from core.ui.widgets import numbers
from core.ui.widgets.numbers import whole_number


def page_with(field_first: bool, restart_to: int | None) -> AppTest:
    """A field, and a button that renews it; where a number is given, the button sets it too."""

    def page(field_first, restart_to):
        import streamlit as st

        from core.ui.shell.renewal import Renewal
        from core.ui.widgets.numbers import whole_number

        state = st.session_state.setdefault("state", {"n": 3, "turn": Renewal()})

        def restart():
            state["n"] = state["n"] if restart_to is None else restart_to
            state["turn"].renew()

        def field():
            whole_number("n", 1, 9, lambda: state["n"], lambda n: state.update(n=n), "page/n", state["turn"])

        if field_first:
            field()
        st.button("Restart", key="restart", on_click=restart)
        if not field_first:
            field()

    return AppTest.from_function(page, args=(field_first, restart_to)).run()


@pytest.mark.parametrize("field_first", [True, False])
@pytest.mark.parametrize(("restart_to", "expected"), [(7, 7), (None, 5)])
def test_a_number_on_its_way_gives_way_to_what_a_button_sets_and_to_nothing_else(field_first, restart_to, expected):
    app = page_with(field_first, restart_to)
    app.number_input[0].set_value(5)
    app.button(key="restart").click()
    app.run()
    assert not app.exception
    assert app.session_state["state"]["n"] == expected == app.number_input[0].value


def test_a_typed_number_is_whole_and_the_field_stays_the_same_one():
    app = page_with(True, None)
    key = app.number_input[0].key
    app.number_input[0].set_value(4).run()
    found = app.session_state["state"]["n"]
    assert found == 4 and type(found) is int and app.number_input[0].key == key


@pytest.mark.parametrize("turn", [None, Renewal()])
def test_who_goes_to_and_fro_before_the_page_is_drawn_again_has_the_last_number(monkeypatch, turn):
    drawn, held, state = {}, {}, {"n": 3}
    monkeypatch.setattr(numbers.st, "number_input", lambda *_, **given: drawn.update(given))
    monkeypatch.setattr(st, "session_state", held)
    whole_number("n", 1, 9, lambda: state["n"], lambda n: state.update(n=n), "page/n", turn)
    for typed in (5, 3, None):
        held[drawn["key"]] = typed
        drawn["on_change"]()
        assert state["n"] == (typed or 3)
