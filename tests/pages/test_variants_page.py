"""Variants in the editor: which are offered, that one press opens them, and that both are compared."""

import pytest

from core.network import (
    PRESETS,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Network,
    Recipe,
    residual_block,
    trace,
)
from core.network.variants import without_skips
from core.ui.widgets.studies import StudyState
from tests.pages.conftest import button, mine, opened, went_to, words
from tests.waiting import until

RESNET = PRESETS["ResNet"].network
TINY = Network(
    (28, 28, 1),
    (Conv2D(2, 5, (4, 4)), residual_block(2), GlobalAveragePooling2D(), Dense(10, "softmax")),
    "Tiny",
)


def offered(app):
    return {one.key.removeprefix("variant/") for one in app.button if (one.key or "").startswith("variant/")}


def editing(app, network):
    mine(app).editor.open(network)
    assert not app.run().exception
    return app


@pytest.mark.parametrize(
    ("network", "there"),
    [
        (PRESETS["LeNet-5"].network, {"normalised", "separable"}),
        (RESNET, {"skips", "unnormalised", "separable"}),
        (Network((28, 28, 1), (Flatten(), Dense(10, "softmax"))), set()),
        (Network((4, 4, 1), (Conv2D(2, 5), Flatten(), Dense(10, "softmax"))), set()),
    ],
    ids=["LeNet-5", "ResNet", "linear", "broken"],
)
def test_only_what_applies_is_offered(app, network, there):
    assert offered(editing(app, network)) == there


def test_a_press_opens_the_variant_and_undo_brings_the_first_back(app):
    editing(app, RESNET)
    before, after = trace(RESNET).parameters, trace(without_skips(RESNET)).parameters
    assert f"{before:,} → {after:,} parameters" in words(app)
    app.button(key="variant/skips").click().run()
    assert not app.exception
    assert mine(app).editor.network == without_skips(RESNET).renamed("Small ResNet, without skips")
    assert "A variant of “Small ResNet”" in words(app) and "compare" in offered(app)
    button(app, "Undo").click().run()
    assert mine(app).editor.network == RESNET and "A variant of" not in words(app)
    button(app, "Redo").click().run()
    assert "A variant of “Small ResNet”" in words(app)


def test_a_press_changes_nothing_where_the_network_is_another_by_now(app):
    editing(app, RESNET)
    press = app.button(key="variant/skips")
    mine(app).editor.edit(RESNET.renamed("Another"))  # in another thread
    press.click().run()
    assert not app.exception and mine(app).editor.network == RESNET.renamed("Another")


def test_the_network_is_made_as_large_as_was_asked(app):
    editing(app, RESNET)
    next(one for one in app.number_input if one.label == "Parameters").set_value(81_000).run()
    app.button(key="variant/width").click().run()
    assert not app.exception
    assert trace(mine(app).editor.network).parameters == pytest.approx(81_000, rel=0.01)
    assert mine(app).editor.network.name.endswith(" parameters")


def test_both_are_trained_by_one_recipe_and_join_the_comparison(app):
    editing(app, TINY)
    mine(app).editor.recipe = Recipe(epochs=1, training_images=200, seed=7)
    app.button(key="variant/skips").click().run()
    button(app, "Compare both").click().run()
    assert went_to(app) == "compare" and not app.exception
    opened(app, "compare")
    assert "There are no test images here" not in words(app)
    for _ in range(2):
        until(lambda: not mine(app).workspace.series.current.active)
        app.run()
        assert not app.exception
    until(lambda: mine(app).workspace.series.over)
    app.run()
    variant, first = mine(app).workspace.runs
    assert (first.network, variant.network.layers) == (TINY, without_skips(TINY).layers)
    assert first.recipe == variant.recipe == mine(app).editor.recipe
    keys = (f"run/{first.created}", f"run/{variant.created}")
    assert mine(app).state(StudyState).chosen == keys
    mine(app).state(StudyState).compare(keys[:1])
    app.run()
    assert mine(app).state(StudyState).chosen == keys[:1]  # who has been taken out does not come back
    opened(app, "build")
    button(app, "Compare both").click().run()
    assert len(mine(app).workspace.runs) == 2 and mine(app).state(StudyState).chosen == keys


def test_both_cannot_be_compared_while_something_trains_or_where_they_do_not_fit(app):
    editing(app, TINY.with_input((20, 20, 1)))
    app.button(key="variant/skips").click().run()
    press = button(app, "Compare both")
    assert press.disabled and "28×28" in press.help


def test_a_lesson_that_locks_the_editor_offers_no_variants(app):
    mine(app).hidden = ("edit",)
    assert offered(editing(app, RESNET)) == set()


def depth(app):
    return [one for one in app.slider if one.label == "Depth: times in a row"]


def test_the_slider_sets_how_often_a_block_stands_in_a_row(app):
    editing(app, TINY)
    mine(app).editor.selected = (1,)
    app.run()
    depth(app)[0].set_value(5).run()
    assert not app.exception
    assert mine(app).editor.network.layers == (TINY.layers[0], *[residual_block(2)] * 5, *TINY.layers[2:])
    assert depth(app)[0].value == 5 and mine(app).editor.selected == (1,)
    depth(app)[0].set_value(2).run()
    assert len(mine(app).editor.network.layers) == len(TINY.layers) + 1
    button(app, "Undo").click().run()
    assert depth(app)[0].value == 5


@pytest.mark.parametrize("place", [2, 3])
def test_what_learns_nothing_or_gives_the_answer_has_no_depth(app, place):
    editing(app, TINY)
    mine(app).editor.selected = (place,)
    app.run()
    assert not app.exception and not depth(app)
