"""The presets as they are offered, what of the recipe is the preset's and what the visitor's own, and the way back to the preset's."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.network import Preset
from core.network.presets import GROUPS, group_of
from core.network.recipe import Recipe
from core.network.settings import settings_of
from core.ui.shell.editor import Editor

MOST_NAMED = 4  # differing settings


def offered_presets(presets: Mapping[str, Preset]) -> list[str]:
    """Their keys, group after group."""
    groups = list(GROUPS)
    return sorted(presets, key=lambda name: groups.index(group_of(name)))


def preset_title(name: str, preset: Preset) -> str:
    """`Classic: LeNet-5`: its group and its name."""
    return f"{group_of(name)}: {preset.network.name}"


def presets_recipe(editor: Editor, presets: Mapping[str, Preset]) -> None:
    """One line on the recipe and the button that takes the preset's; nothing for a network from elsewhere."""
    if editor.preset is None:
        return
    theirs = presets[editor.preset].recipe
    if theirs is None:
        st.caption("It comes without a recipe, so the one for Train stays as it was.")
        return
    st.button(  # above the words, so that it stays where it is, however long they are
        "Use the preset's recipe",
        help=f"As its source trained it: {theirs.describe()}.",
        on_click=editor.take_recipe,
        args=(theirs,),
        disabled=theirs == editor.recipe,
        key="presets-recipe",
    )
    st.caption(recipe_words(editor.recipe, theirs))


def recipe_words(recipe: Recipe, theirs: Recipe) -> str:
    """Whether the recipe is the preset's, or in which settings it is not and what the preset has there."""
    names = recipe.differing(theirs)
    if not names:
        return f"Recipe for Train: the preset's ({recipe.describe()})."
    labels = settings_of(recipe)
    named = [
        f"{labels[name].label} {recipe.value_text(name)} (preset: {theirs.value_text(name)})"
        for name in names[:MOST_NAMED]
    ]
    more = len(names) - len(named)
    rest = f" and {more} more {'setting' if more == 1 else 'settings'}" if more else ""
    return f"Recipe for Train: yours, with {', '.join(named)}{rest}."
