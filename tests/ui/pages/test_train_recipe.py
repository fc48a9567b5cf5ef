"""The recipe on Train: what is drawn of the learning rate and of the changed images, and which parts are open."""

import re

import numpy as np
import pytest
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df

from core.data import SOURCES, load
from core.network import PRESETS
from core.network.recipe import Recipe
from core.ui.pages.train.recipe import choose_dataset, choose_recipe
from core.ui.shell.session import Session
from core.views.images import INK_SCALE, Tile, data_url
from tests.pages.conftest import words
from tests.ui.drawn_page import drawn, html

PARTS = [
    "Learning rate over time",
    "Change the images (augmentation)",
    "Held-out data, and when to stop",
    "More about the steps",
]


def page(**recipe):
    mine = Session()
    mine.editor.recipe = Recipe(**recipe)
    return mine, drawn(lambda: choose_recipe(mine, PRESETS))


def opened(app):
    return [one.label for one in app.expander if one.proto.expanded and one.label in PARTS]


@pytest.mark.parametrize(
    ("recipe", "part"),
    [
        ({}, []),
        ({"schedule": "cosine"}, PARTS[0]),
        ({"warm_up": 0.5}, PARTS[0]),
        ({"rotation": 5.0}, PARTS[1]),
        ({"validation_share": 0.2}, PARTS[2]),
        ({"momentum": 0.5}, PARTS[3]),
    ],
)
def test_a_part_is_open_where_something_in_it_is_set(recipe, part):
    mine, app = page(**recipe)
    assert [one.label for one in app.expander if one.label in PARTS] == PARTS
    assert opened(app) == ([part] if part else [])
    mine.editor.recipe = Recipe()
    assert opened(app.run()) == ([part] if part else []), "it closes under one's hand"


def plan(app):
    return [one.proto.alt for one in app.get("vega_lite_chart")]


@pytest.mark.parametrize(
    ("recipe", "sentence"),
    [
        ({}, "The same from the first step to the last."),
        ({"schedule": "plateau"}, "Constant, and multiplied by the factor whenever progress ends."),
    ],
)
def test_a_rate_that_stays_is_described_and_drawn_as_a_flat_line(recipe, sentence):
    _, app = page(learning_rate=0.004, epochs=2, **recipe)
    assert sentence in words(app)
    epochs, rates, _ = planned(app)
    assert rates == pytest.approx(0.004) and epochs[-1] == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize(
    ("recipe", "start", "most", "end"),
    [
        ({"schedule": "cosine", "learning_rate": 0.02, "lowest_rate": 0.0, "epochs": 4}, 0.02, 0.02, 0.0),
        # Half of an epoch of 500 steps: the first has a 250th of the rate.
        ({"warm_up": 0.5, "learning_rate": 0.1, "epochs": 2}, 0.1 / 250, 0.1, 0.1),
        ({"schedule": "table", "rates": ((1, 0.5), (2, 0.25)), "epochs": 3}, 0.5, 0.5, 0.25),
    ],
)
def test_the_planned_rate_is_told_with_its_first_its_highest_and_its_last_value(recipe, start, most, end):
    (alt,) = plan(page(**recipe)[1])
    told = re.fullmatch(r"Planned learning rate: from (\S+), at most (\S+), at the end (\S+)\.", alt)
    assert [float(number) for number in told.groups()] == pytest.approx([start, most, end], rel=0.01, abs=1e-6)


def planned(app):
    """(epochs, rates) of the planned curve, and the data with the ends of its axes."""
    (chart,) = app.get("vega_lite_chart")
    tables = {one.name: convert_arrow_bytes_to_pandas_df(one.data.data) for one in chart.proto.datasets}
    rates = tables["rates"]
    return rates["epoch"].to_numpy(), rates["rate"].to_numpy(), tables["frame"].iloc[0]


def test_the_planned_rate_is_drawn_against_epochs():
    _, app = page(schedule="table", rates=((1, 0.5), (2, 0.25)), epochs=3)
    epochs, rates, ends = planned(app)
    assert epochs[0] == 0 and epochs[-1] == pytest.approx(3, abs=0.01)
    assert ends["left"] == pytest.approx(-0.05) and ends["right"] == pytest.approx(3.05)
    assert rates[epochs < 1] == pytest.approx(0.5) and rates[epochs >= 1] == pytest.approx(0.25)


def test_a_warm_up_of_half_an_epoch_ends_at_half_an_epoch():
    epochs, rates, _ = planned(page(warm_up=0.5, learning_rate=0.1, epochs=2)[1])
    assert rates[epochs >= 0.5] == pytest.approx(0.1)
    assert rates[epochs < 0.5] == pytest.approx(0.1 * epochs[epochs < 0.5] / 0.5, abs=0.001)


def pictures(app):
    """(source, alternative text) of each picture."""
    tags = re.findall(r"<img [^>]*>", html(app))
    return [tuple(re.search(rf'{name}="([^"]*)"', tag)[1] for name in ("src", "alt")) for tag in tags]


def test_without_augmentation_the_first_images_are_shown_as_they_are():
    _, app = page()
    found = pictures(app)
    images = load("mnist").x_train[:8, ..., 0].astype(np.float32) / 255
    assert [alt for _, alt in found] == [f"training image {n}, unchanged" for n in range(1, 9)]
    assert [source for source, _ in found] == [data_url(Tile(image, "", ""), INK_SCALE) for image in images]
    assert app.button(key="train/preview").disabled  # its place is kept


def test_with_augmentation_each_look_is_another_one_and_the_same_seed_the_same():
    _, app = page(shift=3.0)
    first = pictures(app)
    assert first[0][1] == "training image 1, as the network would see it" and len(first) == 8
    assert pictures(app.run()) == first
    assert first != pictures(page()[1])
    app.button(key="train/preview").click().run()
    assert pictures(app) != first and "drawn anew every time" in words(app)
    assert pictures(page(shift=3.0)[1]) == first != pictures(page(shift=3.0, seed=9)[1])


@pytest.mark.parametrize(
    ("recipe", "flatters"),
    [({}, False), ({"early_stopping": 2}, True), ({"early_stopping": 2, "validation_share": 0.1}, False)],
)
def test_who_chooses_an_epoch_by_the_test_images_is_told_that_it_flatters(recipe, flatters):
    said = words(page(**recipe)[1])
    assert ("which flatters" in said) == flatters
    assert ("the test images only tell how good the network is" in said) != flatters


def test_another_optimiser_brings_its_usual_rate_into_the_field():
    mine, app = page()
    rate = app.number_input(key=f"recipe/{mine.editor.widgets}/learning_rate").value
    other = "SGD" if mine.editor.recipe.optimizer != "SGD" else "Adam"
    app.selectbox(key=f"recipe/{mine.editor.widgets}/optimizer").set_value(other).run()
    assert mine.editor.recipe.optimizer == other
    shown = app.number_input(key=f"recipe/{mine.editor.widgets}/learning_rate").value
    assert shown == mine.editor.recipe.learning_rate != rate


def test_the_dataset_that_is_chosen_is_the_editors_and_its_images_are_counted():
    mine = Session()
    app = drawn(lambda: choose_dataset(mine, SOURCES))
    assert app.selectbox[0].options == [source.title for source in SOURCES.values()]
    app.selectbox[0].set_value("fashion_mnist").run()
    assert mine.editor.dataset == "fashion_mnist"
    data = load("fashion_mnist")
    counts = f"{len(data.x_train):,} images to learn from, {len(data.x_test):,} to be tested on."
    assert words(app) == f"{SOURCES['fashion_mnist'].credit}. {counts}"


def field(app, name, kind="number_input"):
    return next(one for one in getattr(app, kind) if one.key.endswith(f"/{name}"))


def test_what_is_typed_beside_another_optimiser_is_kept_but_for_the_rate_that_follows_it():
    """They come together, and the new optimiser has the form drawn anew."""
    mine, app = page()
    field(app, "optimizer", "selectbox").set_value("SGD")
    field(app, "learning_rate").set_value(0.5)  # for the optimiser before
    field(app, "warm_up").set_value(0.5)
    field(app, "epochs").set_value(7)
    app.run()
    assert not app.exception
    recipe = mine.editor.recipe
    assert (recipe.optimizer, recipe.learning_rate, recipe.warm_up, recipe.epochs) == ("SGD", 0.01, 0.5, 7)
    assert mine.editor.set_by_hand == {"optimizer", "learning_rate", "warm_up", "epochs"}


def test_what_a_form_that_has_gone_still_shows_is_not_set_by_hand():
    mine, app = page(epochs=4)
    mine.editor.widgets.renew()
    field(app, "epochs").set_value(4)
    app.run()
    assert not app.exception and mine.editor.set_by_hand == frozenset()


def test_a_late_value_does_not_change_the_recipe_that_has_taken_the_place_of_its_own():
    mine, app = page(epochs=3)
    field(app, "epochs").set_value(9)
    mine.editor.take_recipe(Recipe(epochs=3, batch_size=64))
    app.run()
    assert not app.exception
    assert mine.editor.recipe == Recipe(epochs=3, batch_size=64) and not mine.editor.set_by_hand


def test_a_dataset_that_is_chosen_beside_something_that_renews_the_form_is_kept():
    mine = Session()

    def both():
        choose_dataset(mine, SOURCES)
        choose_recipe(mine, PRESETS)

    app = drawn(both)
    app.selectbox[0].set_value("fashion_mnist")
    field(app, "optimizer", "selectbox").set_value("SGD")
    app.run()
    assert not app.exception
    assert (mine.editor.dataset, mine.editor.recipe.optimizer) == ("fashion_mnist", "SGD")


def test_a_dataset_that_was_opened_meanwhile_stays():
    """The list that has gone sends once more what it showed."""
    mine = Session()
    app = drawn(lambda: choose_dataset(mine, SOURCES))
    app.selectbox[0].set_value("mnist")
    mine.editor.dataset = "fashion_mnist"
    mine.editor.widgets.renew()
    app.run()
    assert not app.exception and mine.editor.dataset == "fashion_mnist"
