"""A click on the drawing of the network names a layer."""

import pytest

from core.ui.widgets.diagram import _path


@pytest.mark.parametrize("hostile", [None, 7, "a", "1.-2", "1..2", "1" * 50, "²", [1]])
def test_a_click_that_names_no_path_is_none(hostile):
    assert _path(hostile) is None


def test_a_click_names_a_path():
    assert _path("2.0.1") == (2, 0, 1)
