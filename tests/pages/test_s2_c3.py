"""The S2–C3 table, as a visitor does it."""

import pytest

from core.learn.connections import EMPTY, FULL, OF_1998
from core.ui.pages.s2_c3.state import PATTERNS, S2C3State
from core.views.connections import reading, table_rows
from tests.pages.conftest import button, components, mine, opened, words


def own(app) -> S2C3State:
    return mine(app).state(S2C3State)


def test_the_first_visit_shows_1998_its_price_and_what_it_means(app):
    opened(app, "s2_c3")
    assert not app.exception
    said = words(app)
    assert "6·(25·3 + 1) + 9·(25·4 + 1) + 1·(25·6 + 1) = **1,516** (1998: 1,516, full: 2,416)" in said
    assert "25·60·10·10 = **150,000**" in said and "1,516·10·10 = **151,600**" in said
    assert "6 maps of C3 read 3, 9 maps of C3 read 4 and 1 map of C3 reads 6 of the 6 maps of S2." in said
    assert "No two maps of C3 read the same maps" in said and "no layer connects like this" in said


def test_a_tick_is_priced_and_stays_on_another_visit(app):
    opened(app, "s2_c3")
    own(app).take((OF_1998[0] | {3}, *OF_1998[1:]))
    app.run()
    assert "**1,541**" in words(app) and "**Fed by the same maps:** 1 and 7." in words(app)
    opened(app, "build")
    opened(app, "s2_c3")
    assert "**1,541**" in words(app)
    (data,) = components(app, "receptive_ticks")
    assert data["maps"][0] == "111100"


@pytest.mark.parametrize(
    ("pattern", "count", "keras"),
    [("Full", "2,416", "Conv2D(16, 5)"), ("Two groups", "1,216", "Conv2D(16, 5, groups=2)"), ("Empty", "16", ""), ("1998", "1,516", "")],
)  # fmt: skip
def test_ready_tables_replace_what_was_ticked(app, pattern, count, keras):
    opened(app, "s2_c3")
    own(app).take(tuple(frozenset({0}) for _ in range(16)))
    turn = own(app).turn.number
    app.run()
    button(app, pattern).click().run()
    assert own(app).table == PATTERNS[pattern] and own(app).turn.number == turn + 1
    assert f"= **{count}** (1998" in words(app) and not app.exception
    assert [one.value for one in app.code] == ([f"keras.layers.{keras}"] if keras else [])


def test_maps_that_feed_or_see_nothing_are_named():
    assert any("S2 maps 1, 2, 3, 4, 5 and 6 feed nothing" in one for one in reading(EMPTY))
    blind = (frozenset(), *FULL[1:])
    assert any("C3 map 1 sees nothing of the image" in one for one in reading(blind))
    assert any("S2 map 6 feeds nothing" in one for one in reading(tuple(fed - {5} for fed in OF_1998)))
    rows = table_rows(OF_1998)
    assert rows[5] == {"C3 map": "6", "reads the S2 maps": "1, 2 and 6", "Parameters": "25·3 + 1 = 76"}
