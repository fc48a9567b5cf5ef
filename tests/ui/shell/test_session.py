"""What all pages of one visitor share: the draft, the current run, states and results that are kept."""

from types import SimpleNamespace

import numpy as np
import pytest
import streamlit

from core.network import LENET5, Dense, Flatten, InvalidNetwork, Network
from core.training import Recipe, Workspace
from core.training.imported import ImportedModels
from core.training.trained import Trained
from core.ui.pages.draw.state import DrawState
from core.ui.pages.teach.state import TeachState
from core.ui.shell.session import Session

SMALL = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Small")


class Named:
    """A run of which only the name matters."""

    def __init__(self, name):
        self.name = name


class Drafts(Workspace):
    """A workspace that remembers the drafts it was given."""

    def __init__(self, *drafts):
        super().__init__()
        self.drafts = list(drafts)

    def save_draft(self, text):
        self.drafts.append(text)

    def draft(self):
        return self.drafts[-1] if self.drafts else None


def again(mine):
    """The same visitor after a reload."""
    back = Session(workspace=mine.workspace)
    back.restore_draft()
    return back


def test_what_a_lesson_hides_stays_hidden_after_a_reload_until_it_is_ended():
    mine = Session(workspace=Drafts(), hidden=("inside", "edit"))
    mine.keep_draft()  # all else is as at first
    back = again(mine)
    assert back.hidden == ("inside", "edit") and back.locked
    back.end_lesson()
    back.keep_draft()
    assert again(back).hidden == () and not again(back).locked


def test_a_draft_is_found_again_after_a_reload():
    mine = Session(workspace=Drafts())
    mine.editor.edit(SMALL)
    mine.editor.recipe, mine.editor.dataset = Recipe(epochs=3), "fashion_mnist"
    mine.keep_draft()
    editor = again(mine).editor
    assert (editor.network, editor.recipe, editor.dataset) == (SMALL, Recipe(epochs=3), "fashion_mnist")
    assert not editor.past


def test_a_draft_is_saved_only_where_it_has_changed():
    mine = Session(workspace=Drafts())
    mine.keep_draft()
    assert mine.workspace.drafts == []  # who has done nothing leaves nothing on the disk
    mine.editor.edit(SMALL)
    mine.keep_draft()
    mine.keep_draft()
    assert len(mine.workspace.drafts) == 1
    mine.editor.undo()
    mine.keep_draft()
    assert again(mine).editor.network == LENET5
    back = again(mine)
    back.keep_draft()
    assert len(mine.workspace.drafts) == 2  # what has just been read is not written again


@pytest.mark.parametrize("text", ["", "{}", "[" * 10_000, '{"format": 99}'])
def test_a_damaged_draft_begins_anew(text):
    mine = again(Session(workspace=Drafts(text)))
    assert mine.editor.network == LENET5


@pytest.mark.parametrize(("active", "chosen"), [((False, True, False), 1), ((False, False), 0), ((), None)])
def test_the_active_run_or_else_the_newest_is_the_current_one(active, chosen):
    runs = [SimpleNamespace(active=one) for one in active]
    mine = Session(workspace=SimpleNamespace(runs=runs, imported=ImportedModels(), draft=lambda: None))
    mine.restore_draft()
    assert mine.run is (None if chosen is None else runs[chosen])


def test_a_page_finds_its_own_state_again_and_no_other_visitors():
    mine, other = Session(), Session()
    mine.state(DrawState).skipped_steps = frozenset({"centred"})
    mine.state(DrawState).compared.append("lenet5")
    assert mine.state(DrawState).skipped_steps == {"centred"}
    assert isinstance(mine.state(TeachState), TeachState)
    assert other.state(DrawState) == DrawState()


def test_results_are_computed_once_for_equal_keys():
    mine, calls = Session(), []

    def ask(name, key):
        return mine.kept(name, key, lambda: calls.append(key) or f"{name} of {key}")

    assert [ask("map", 1), ask("map", 1), ask("curve", 1), ask("map", 1)] == ["map of 1"] * 2 + [
        "curve of 1",
        "map of 1",
    ]
    assert calls == [1, 1]
    assert ask("map", 2) == "map of 2" and ask("map", 1) == "map of 1"  # one result of each name is kept
    assert calls == [1, 1, 2, 1]


def test_a_notice_is_shown_once(monkeypatch):
    shown = []
    monkeypatch.setattr(streamlit, "toast", shown.append)
    mine = Session(notice="Imported.")
    mine.show_notice()
    mine.show_notice()
    assert shown == ["Imported."] and mine.notice == ""


def test_only_a_lesson_without_editing_is_locked():
    assert Session(hidden=("edit",)).locked
    assert not Session(hidden=("train", "draw", "inside")).locked


def test_a_network_that_cannot_be_trained_starts_no_run():
    mine = Session()
    mine.editor.network = LENET5.with_input((32, 32, 3))
    with pytest.raises(InvalidNetwork):
        mine.start_run()
    assert mine.run is None and mine.workspace.runs == []


def test_another_run_is_looked_at_from_its_newest_epoch():
    mine, run = Session(), Named("A")
    mine.focus.subject, mine.focus.epoch = "run", 3
    mine.choose_run(run)
    assert (mine.run, mine.focus.epoch, mine.focus.subject) == (run, None, "run")
    mine.choose_run(None)
    assert mine.run is None and mine.focus.subject is None
    mine.focus.subject = "draw"
    mine.choose_run(None)
    assert mine.focus.subject == "draw"


def test_where_the_current_run_was_deleted_in_another_window_the_next_one_follows():
    gone, left = Named("Gone"), Named("Left")
    mine = Session(workspace=SimpleNamespace(runs=[left], imported=ImportedModels()), run=gone)
    mine.focus.viewers[gone] = object()
    mine.forget_deleted()
    assert mine.run is left and "“Gone” has been deleted" in mine.notice and not mine.focus.viewers
    mine.notice = ""
    mine.forget_deleted()
    assert mine.run is left and not mine.notice


def model(label, network=SMALL):
    """An imported model that predicts nothing but this class."""
    return Trained(network, [np.zeros((784, 10), np.float32), 9 * np.eye(10, dtype=np.float32)[label]], "mnist")


def test_an_imported_model_is_there_after_a_reload_and_training_goes_on_from_it():
    mine = Session(workspace=Drafts())
    mine.take_imported(model(3))
    mine.keep_draft()
    assert mine.editor.network == SMALL and mine.focus.subject == "imported"
    for session in (mine, again(mine)):
        assert session.imported.identity == model(3).identity
        assert session.beginning().identity == model(3).identity
    assert again(Session(workspace=Drafts())).imported is None


def test_a_network_that_only_has_the_shape_of_an_imported_one_begins_with_fresh_weights_until_asked():
    mine = Session(workspace=Drafts())
    mine.take_imported(model(3))
    mine.editor.open(SMALL.renamed("Another"))
    assert mine.beginning() is None
    mine.editor.first_weights = model(3).identity
    assert mine.beginning().identity == model(3).identity
    mine.editor.edit(LENET5)
    assert mine.beginning() is None  # they do not fit
    mine.editor.undo()
    assert mine.beginning().identity == model(3).identity
    mine.editor.first_weights = ""
    assert mine.beginning() is None


def test_of_two_imported_models_the_one_that_was_opened_last_is_trained_on():
    mine = Session(workspace=Drafts())
    mine.take_imported(model(3))
    mine.take_imported(model(4))
    assert mine.beginning().identity == mine.imported.identity == model(4).identity
    mine.open_imported(mine.workspace.imported.all[1])
    assert mine.beginning().identity == mine.imported.identity == model(3).identity
    mine.forget_imported(mine.imported)
    assert mine.imported.identity == model(4).identity
    mine.forget_imported(mine.imported)
    assert mine.imported is None and mine.beginning() is None


def test_a_run_begins_with_the_imported_weights_and_its_name_says_so(small_mnist):
    mine = Session(workspace=Workspace(loader=lambda _: small_mnist))
    mine.take_imported(model(3))
    mine.editor.recipe = Recipe(epochs=1)
    mine.start_run()
    assert mine.run.name == "Small, trained on"
    assert mine.run.wait(60)
    # Before the first step it predicts 3 for every image, as the model from the file does.
    assert mine.run.snapshot.evaluations[0].accuracy == (small_mnist.y_test == 3).mean()
    mine.editor.first_weights = ""
    mine.start_run()
    assert mine.run.name == "Small" and mine.run.wait(60)
    assert mine.run.snapshot.evaluations[0].accuracy != (small_mnist.y_test == 3).mean()


def test_an_imported_model_that_is_deleted_in_another_window_is_gone_here_too():
    mine = Session(workspace=Drafts())
    mine.take_imported(model(3))
    mine.take_imported(model(4))
    other = again(mine)
    other.forget_imported(other.imported)
    mine.forget_deleted()
    assert mine.imported.identity == model(3).identity and mine.beginning() is None
    mine.take_imported(model(4))  # comes again
    mine.forget_deleted()
    assert mine.imported.identity == model(4).identity == mine.beginning().identity
