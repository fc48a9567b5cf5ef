"""What a visitor sees of a run that failed."""

from streamlit.testing.v1 import AppTest


def page(report):
    from core.training import Snapshot, State
    from core.ui.widgets.failures import failure

    failure(Snapshot(State.FAILED, message="It failed.", report=report))


def test_a_failure_that_nobody_foresaw_can_be_copied():
    app = AppTest.from_function(page, args=("ValueError: <b>*x*</b>",)).run()
    assert [error.value for error in app.error] == ["It failed."]
    assert [code.value for code in app.code] == ["ValueError: <b>*x*</b>"]
    assert "send" in app.expander[0].label


def test_a_failure_that_was_foreseen_says_so_and_no_more():
    app = AppTest.from_function(page, args=("",)).run()
    assert len(app.error) == 1 and not app.expander and not app.code
