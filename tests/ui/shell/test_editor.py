"""The editor's state: what undo brings back, and what stays selected."""

import time
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.network import LENET5, PRESETS, Conv2D, Dense, Flatten, Network, residual_block
from core.training import Recipe
from core.ui.shell.editor import MOST_UNDO, Editor

SMALL = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Small")


def test_edits_are_undone_one_by_one_and_redone():
    editor, seen = Editor(SMALL), [SMALL]
    for units in (20, 30, 40):
        editor.edit(editor.network.replaced((1,), Dense(units)))
        seen.append(editor.network)
    for network in reversed(seen[:-1]):
        editor.undo()
        assert editor.network == network
    editor.undo()  # there is nothing left
    assert editor.network == SMALL
    for network in seen[1:]:
        editor.redo()
        assert editor.network == network
    editor.redo()
    assert editor.network == seen[-1] and not editor.future


def test_an_edit_after_an_undo_cannot_be_undone_by_redo():
    editor = Editor(SMALL)
    editor.edit(SMALL.renamed("first"))
    editor.undo()
    editor.edit(SMALL.renamed("second"))
    editor.redo()
    assert editor.network.name == "second"


def test_an_edit_that_changes_nothing_is_no_step():
    editor = Editor(SMALL)
    editor.edit(SMALL)
    assert not editor.past and editor.edited is None


def test_only_so_many_steps_are_kept():
    editor = Editor(SMALL)
    for number in range(MOST_UNDO + 20):
        editor.edit(editor.network.renamed(f"{number}"))
    assert len(editor.past) <= MOST_UNDO + 1
    editor.undo()
    assert editor.network.name == f"{MOST_UNDO + 18}"


def test_a_published_network_that_is_changed_is_called_so_until_it_has_a_name_of_its_own():
    editor = Editor(LENET5)
    editor.edit(LENET5.replaced((0,), Conv2D(7, 5)))
    assert editor.network.name == "LeNet-5, changed"
    editor.edit(editor.network.replaced((0,), Conv2D(8, 5)))
    assert editor.network.name == "LeNet-5, changed"
    named = Editor(LENET5)
    named.edit(LENET5.renamed("Mine"))
    named.edit(named.network.replaced((0,), Conv2D(7, 5)))
    assert named.network.name == "Mine"


def test_a_network_that_is_opened_brings_its_recipe_and_undo_takes_both_back():
    preset, before = PRESETS["E3"], Recipe(epochs=7)
    editor = Editor(SMALL, before)
    editor.open(preset.network, preset.recipe)
    assert (editor.network, editor.recipe, editor.edited) == (preset.network, preset.recipe, None)
    editor.undo()
    assert (editor.network, editor.recipe) == (SMALL, before)
    editor.redo()
    assert (editor.network, editor.recipe) == (preset.network, preset.recipe)


def test_undo_leaves_a_recipe_alone_that_did_not_come_with_the_network():
    editor = Editor(SMALL)
    editor.open(LENET5)
    editor.recipe = Recipe(epochs=9)
    editor.undo()
    assert (editor.network, editor.recipe.epochs) == (SMALL, 9)


def test_a_draft_is_where_editing_begins():
    editor = Editor(LENET5, selected=(7,))
    editor.begin(SMALL, Recipe(epochs=4), "fashion_mnist")
    assert (editor.network, editor.recipe.epochs, editor.dataset) == (SMALL, 4, "fashion_mnist")
    assert not editor.past and editor.selected in SMALL.places()
    editor.begin(SMALL, Recipe(), "no dataset of ours")
    assert editor.dataset == "fashion_mnist"


def test_what_is_deleted_hands_the_selection_to_what_was_before_it():
    editor = Editor(LENET5, selected=(7,))
    editor.edit(LENET5.removed((7,)))
    assert editor.selected == (6,)
    branched = Network((28, 28, 1), (residual_block(1),))
    inner = (0, 0, len(branched.at((0,)).branches[0]) - 1)
    editor = Editor(branched, selected=inner)
    for _ in branched.at((0,)).branches[0]:
        editor.edit(editor.network.removed(editor.selected))
    assert editor.selected == (0, 0)  # the branch that has become empty
    editor.edit(editor.network.removed((0,)))
    assert editor.selected is None and not editor.network.layers


def test_undo_selects_what_was_selected():
    editor = Editor(LENET5, selected=(2,))
    editor.edit(LENET5.inserted((5,), Flatten()), selected=(5,))
    assert editor.selected == (5,)
    editor.undo()
    assert editor.selected == (2,)


@given(st.lists(st.sampled_from(["add", "block", "remove", "last", "undo", "redo"]), max_size=25))
def test_what_is_selected_exists_whatever_is_done(steps):
    editor = Editor(SMALL)
    for step in steps:
        network, places = editor.network, sorted(editor.network.places())
        layers = [path for path in places if len(path) % 2]
        if step == "add":
            editor.edit(network.inserted((0,), Flatten()), selected=(0,))
        elif step == "block":
            editor.edit(network.inserted((0,), residual_block(1)), selected=(0, 0, 0))
        elif step == "remove" and layers:
            editor.edit(network.removed(layers[0]))
        elif step == "last" and layers:
            editor.selected = layers[-1]
            editor.edit(network.removed(layers[-1]))
        elif step == "undo":
            editor.undo()
        elif step == "redo":
            editor.redo()
        assert editor.selected in editor.network.places() if editor.network.layers else editor.selected is None


def test_fields_take_their_values_anew_after_undo_but_not_while_one_types():
    editor = Editor(SMALL)
    editor.edit(SMALL.renamed("typed"), fresh_widgets=False)
    assert editor.widgets.number == 0
    editor.undo()
    assert editor.widgets.number == 1


def test_a_bad_link_is_forgotten_with_the_next_edit():
    editor = Editor(SMALL, link_problem="no network")
    editor.edit(SMALL.renamed("next"))
    assert not editor.link_problem


def test_what_is_shown_first_is_as_when_it_is_chosen():
    shown, chosen = Editor(), Editor(SMALL)
    chosen.begin_with(shown.preset)
    assert (shown.network, shown.recipe, shown.preset) == (chosen.network, chosen.recipe, chosen.preset)


@pytest.mark.parametrize("key", PRESETS)
def test_a_preset_leaves_alone_what_was_set_by_hand_in_the_recipe(key):
    editor = Editor(SMALL)
    editor.set_in_recipe("training_images", 2_000)
    editor.begin_with("E3")
    editor.begin_with(key)
    theirs = PRESETS[key].recipe or PRESETS["E3"].recipe
    assert (editor.network, editor.preset) == (PRESETS[key].network, key)
    assert editor.recipe == theirs.replaced(training_images=2_000)
    editor.take_recipe(theirs)
    assert editor.recipe == theirs
    editor.begin_with("VGG")  # nothing is set by hand any more
    assert editor.recipe == PRESETS["VGG"].recipe


def test_the_learning_rate_that_follows_the_optimiser_was_set_by_hand_too():
    editor = Editor(SMALL)
    editor.set_in_recipe("optimizer", "SGD")
    assert editor.recipe.learning_rate == 0.01
    editor.begin_with("VGG")
    assert (editor.recipe.optimizer, editor.recipe.learning_rate) == ("SGD", 0.01)
    assert editor.recipe.epochs == PRESETS["VGG"].recipe.epochs


def test_undo_brings_back_what_was_set_by_hand():
    editor = Editor(SMALL)
    editor.set_in_recipe("epochs", 9)
    editor.open(LENET5, Recipe(epochs=4))  # from a link: as it is there
    assert (editor.recipe.epochs, editor.set_by_hand, editor.preset) == (4, frozenset(), "LeNet-5")
    editor.undo()
    assert (editor.recipe.epochs, editor.set_by_hand, editor.preset) == (9, {"epochs"}, None)
    editor.redo()
    assert (editor.recipe.epochs, editor.set_by_hand, editor.preset) == (4, frozenset(), "LeNet-5")


def test_a_changed_preset_is_still_known_as_what_it_began_as():
    editor = Editor(LENET5)
    editor.edit(LENET5.removed((0,)))
    assert editor.preset == "LeNet-5"


def test_a_draft_keeps_what_was_set_by_hand():
    editor = Editor()
    editor.begin(PRESETS["VGG"].network, PRESETS["VGG"].recipe.replaced(training_images=500), "mnist")
    editor.begin_with("ResNet")
    assert editor.recipe == PRESETS["ResNet"].recipe.replaced(training_images=500)


def test_it_says_why_a_network_cannot_be_trained():
    assert Editor(LENET5).why_not_train() is None
    assert "32×32×3" in Editor(LENET5.with_input((32, 32, 3))).why_not_train()


def _with_filters(number):
    return lambda network, at: network.replaced(at, network.layer_at(at).replaced(filters=number))


def test_a_late_value_finds_its_layer_where_it_is_now():
    editor = Editor(LENET5)
    second = editor.identity_at((2,))
    editor.edit(LENET5.removed((0,)))
    assert editor.change(second, _with_filters(9)) == (1,)
    assert editor.network.at((1,)).filters == 9


def test_a_value_for_what_is_gone_changes_nothing():
    for go in (
        lambda editor: editor.edit(editor.network.removed((2,))),
        lambda editor: editor.undo(),
        lambda editor: editor.open(PRESETS["E3"].network),
        lambda editor: editor.open(editor.network),
    ):
        editor = Editor(LENET5)
        editor.edit(LENET5.inserted((0,), Conv2D(3, 3)))
        late = editor.identity_at((2,))
        go(editor)
        before, past = editor.network, list(editor.past)
        assert editor.change(late, _with_filters(9)) is None
        assert editor.network is before and editor.past == past


def test_nothing_stands_where_there_is_no_layer():
    editor = Editor(SMALL)
    assert editor.place_of(editor.identity_at((7,))) is None
    assert editor.change(editor.identity_at((7,)), Network.removed) is None


def test_two_threads_of_one_visitor_lose_no_edit():
    """Each is computed from the network that the one before has left."""
    editor, threads, edits = Editor(SMALL), 4, 20
    answer, together = editor.identity_at((1,)), Barrier(threads)

    def wider(network, at):
        time.sleep(0)  # the others may go first
        return network.replaced(at, Dense(network.at(at).units + 1))

    def work():
        together.wait()
        for _ in range(edits):
            editor.change(answer, wider)

    workers = [Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert editor.network.at((1,)).units == 10 + threads * edits
