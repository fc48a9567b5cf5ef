"""Whether the recipe is the preset's, and the way back to it."""

from dataclasses import replace

import pytest

from core.network import PRESETS
from core.network.recipe import Recipe
from core.ui.shell.editor import Editor
from core.ui.widgets.presets import presets_recipe, recipe_words
from tests.pages.conftest import words
from tests.ui.drawn_page import drawn

THEIRS = Recipe(epochs=4, batch_size=32)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, f"Recipe for Train: the preset's ({THEIRS.describe()})."),
        ({"epochs": 7}, "Recipe for Train: yours, with Epochs 7 (preset: 4)."),
        (
            {"epochs": 7, "batch_size": 64, "learning_rate": 0.5, "seed": 9, "momentum": 0.5},
            " and 1 more setting.",
        ),
        (
            {"epochs": 7, "batch_size": 64, "learning_rate": 0.5, "seed": 9, "momentum": 0.5, "shift": 1.0},
            " and 2 more settings.",
        ),
        ({"epochs": 7, "batch_size": 64, "learning_rate": 0.5, "seed": 9}, "9 (preset: 1)."),
    ],
)
def test_settings_that_differ_are_named_with_both_values(changed, sentence):
    found = recipe_words(replace(THEIRS, **changed), THEIRS)
    assert found.startswith(sentence) or found.endswith(sentence)
    assert ("more" in found) == (len(changed) > 4)


def test_the_button_takes_the_presets_recipe_and_is_out_of_use_where_it_is_there_already():
    name, preset = next((name, one) for name, one in PRESETS.items() if one.recipe is not None)
    editor = Editor()
    editor.preset, editor.recipe = name, replace(preset.recipe, epochs=preset.recipe.epochs + 1)
    app = drawn(lambda: presets_recipe(editor, PRESETS))
    button = app.button(key="presets-recipe")
    assert not button.disabled and button.help == f"As its source trained it: {preset.recipe.describe()}."
    assert "yours, with Epochs" in words(app)
    button.click().run()
    assert editor.recipe == preset.recipe
    assert app.button(key="presets-recipe").disabled and "the preset's" in words(app)


def test_a_network_from_elsewhere_has_no_such_line_and_a_preset_without_recipe_says_so():
    editor = Editor()
    editor.preset = None
    assert not words(drawn(lambda: presets_recipe(editor, PRESETS)))
    editor.preset = "bare"
    bare = {"bare": replace(next(iter(PRESETS.values())), recipe=None)}
    app = drawn(lambda: presets_recipe(editor, bare))
    assert "comes without a recipe" in words(app) and not app.button
