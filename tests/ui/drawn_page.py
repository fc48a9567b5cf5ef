"""Pages of one call, for what is to be seen of a piece by itself."""

import csv
from collections.abc import Callable

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest


def drawn(call: Callable[[], object]) -> AppTest:
    """A page on which this is called, each time that the page is drawn."""

    def page(call):
        call()

    app = AppTest.from_function(page, args=(call,), default_timeout=60).run()
    assert not app.exception, app.exception
    return app


def html(app: AppTest) -> str:
    """All that `st.html` has put on the page."""
    return "".join(element.proto.body for element in app.get("html"))


def charts(app: AppTest) -> list[str]:
    """The text alternatives of the charts on the page."""
    return [chart.proto.alt for chart in app.get("vega_lite_chart")]


def said(app: AppTest) -> str:
    """All sentences of the page."""
    kinds = ("markdown", "caption", "info", "warning", "error", "success")
    return "\n".join(element.value for kind in kinds for element in getattr(app, kind))


def tables_given_away(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[dict[str, str]]]:
    """Returns a function from a table's file name to its lines, as the page that was drawn last gives them away."""
    files: dict[str, Callable[[], bytes]] = {}
    monkeypatch.setattr(st, "download_button", lambda _, data, file, *__, **___: files.update({file: data}))
    return lambda file: list(csv.DictReader(files[f"{file}.csv"]().decode("utf-8-sig").splitlines()))
