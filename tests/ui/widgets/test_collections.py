"""Drawings are changed as their classes were shown, or not at all."""

from core.data import Collection
from core.training import Workspace
from core.ui.shell.session import Session
from core.ui.widgets.collections import CollectionState, change_collection


def renamed(collection: Collection) -> Collection:
    return collection.with_class_name(0, "ring")


def test_a_change_reaches_the_collection():
    mine = Session(workspace=Workspace())
    shown = mine.workspace.collection("own")
    assert change_collection(mine, "own", renamed, shown)
    assert mine.workspace.collection("own").class_names[0] == "ring"
    assert not mine.state(CollectionState).problem


def test_classes_that_another_window_has_changed_are_not_changed_from_an_old_page():
    mine = Session(workspace=Workspace())
    shown = mine.workspace.collection("own")
    mine.workspace.collect("own", lambda own: own.without_class(0))
    left = mine.workspace.collection("own")
    assert not change_collection(mine, "own", renamed, shown)
    assert mine.workspace.collection("own") is left
    assert "changed in another window" in mine.state(CollectionState).problem


def test_a_change_that_is_not_allowed_is_explained():
    mine = Session(workspace=Workspace())
    assert not change_collection(mine, "own", lambda own: own.with_class_name(0, "cross"))  # there is one already
    assert "same name" in mine.state(CollectionState).problem
