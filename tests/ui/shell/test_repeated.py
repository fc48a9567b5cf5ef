"""What is drawn again by itself has its messages sent whole: a browser forgets those that it has kept too soon."""

import pytest
from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from core.ui.shell.private import begin_run, repeated

    context = get_script_run_ctx()
    context.cached_message_hashes = frozenset({"a message that the browser has kept"})
    begin_run()
    st.session_state.page = not context.cached_message_hashes

    def piece():
        st.session_state.piece = not get_script_run_ctx().cached_message_hashes

    repeated(piece, st.session_state.seconds)


@pytest.mark.parametrize("seconds", [None, 0.5])
def test_messages_are_sent_whole_while_something_repeats_and_in_the_run_after(seconds):
    app = AppTest.from_function(page)
    app.session_state.seconds = seconds
    app.run()
    assert not app.session_state.page and app.session_state.piece == (seconds is not None)
    app.run()
    assert app.session_state.page == (seconds is not None)
    app.session_state.seconds = None
    app.run()
    assert (app.session_state.page == (seconds is not None) and not app.session_state.piece) or seconds
    app.run()
    assert not app.session_state.page and not app.session_state.piece
