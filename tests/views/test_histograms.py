"""How numbers are spread: shares in common bins, a chart of them, and words."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.views.histograms import histogram, shares, spread_alt, spread_rows

NUMBERS = arrays(np.float32, st.integers(1, 50), elements=st.floats(-1e6, 1e6, width=32))


@given(NUMBERS, NUMBERS)
def test_shares_add_up_to_one_and_count_what_lies_between_the_edges(one, other):
    edges, found = shares({"one": one, "other": other}, 7)
    assert (np.diff(edges) > 0).all() and edges[0] <= min(one.min(), other.min()) and edges[-1] >= one.max()
    for name, values in (("one", one), ("other", other)):
        assert len(found[name]) == 7 and np.isclose(found[name].sum(), 1)
        inside = [((values >= low) & (values < high)).mean() for low, high in pairwise(edges)]
        np.testing.assert_allclose(found[name][:-1], inside[:-1])


def test_the_chart_has_a_line_a_row_that_ends_where_the_last_bin_does():
    spec = histogram({"before": np.array([0.0, 1.0]), "behind": np.array([0.0, 0.0])})
    rows = spec["datasets"]["shares"]
    before = [row for row in rows if row["numbers"] == "before"]
    assert len(rows) == 2 * 41 and (before[0]["from"], before[-1]["from"]) == (0, 1)
    assert before[0]["share"] == before[-1]["share"] == 0.5
    dashes = spec["encoding"]["strokeDash"]["scale"]
    assert dashes["domain"] == ["before", "behind"] and dashes["range"][0] != dashes["range"][1]


def test_words_have_mean_deviation_and_zeros():
    (row,) = spread_rows({"behind it": np.array([[0.0, 2.0], [0.0, 2.0]])})
    assert row == {"Numbers": "behind it", "Mean": "1", "Standard deviation": "1", "Zeros": "50 %"}
    assert "behind it: mean 1, deviation 1" in spread_alt({"behind it": np.array([0.0, 2.0])})
