"""Model files of others, from the file to the pages: opened, looked into, trained on, kept, deleted."""

import numpy as np
import pytest

from core.network import Dense, Flatten, Network
from core.training.foreign import weights_file
from core.training.trained import Trained
from core.ui.shell.session import Session
from tests.pages.conftest import button, mine, opened, words
from tests.pages.test_pages import uploaded
from tests.waiting import until

PLAIN = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Plain")
DIGITS = tuple("0123456789")


def always(label):
    """Weights that are sure of one digit, whatever is seen."""
    return [np.zeros((784, 10), np.float32), 20 * np.eye(10, dtype=np.float32)[label]]


def opened_file(app, label, name="Plain"):
    """A file of weights, handed in through Import and opened."""
    opened(app, "build")
    network = PLAIN.renamed(name)
    uploaded(app, f"{name}.npz", weights_file(network, always(label), DIGITS))
    button(app, f"Open “{name}” with its weights").click().run()
    assert not app.exception
    return app


def reloaded(app):
    """The same visitor after a reload."""
    session = Session(token=mine(app).token, workspace=mine(app).workspace)
    session.restore_draft()
    app.session_state["receptive"] = session
    return app


@pytest.mark.parametrize("page", ["feature_maps", "why", "mistakes", "kernels", "receptive_fields"])
def test_of_two_imported_models_each_page_shows_the_one_that_was_opened(app, page, monkeypatch):
    monkeypatch.setattr("core.ui.widgets.evaluation.affordable_images", lambda network, there, *_: min(there, 300))
    said = []
    for label in (3, 4):
        opened_file(app, label)
        opened(app, page)
        assert not app.exception
        said.append(words(app))
        assert mine(app).imported.weights[1].argmax() == label
    if page in ("feature_maps", "why"):
        assert "**3**" in said[0] and "**4**" in said[1] and "**3**" not in said[1]


def test_an_imported_model_is_offered_after_a_reload_and_chosen_among_several(app):
    opened_file(app, 3)
    opened_file(app, 4)
    reloaded(app)
    mine(app).focus.subject = "imported"
    opened(app, "feature_maps")
    assert "The network predicts **4**" in words(app)
    box = next(box for box in app.selectbox if box.label == "Imported model")
    assert sorted(box.options) == ["Plain", "Plain (2)"]  # of one name, and yet two
    box.set_value(f"imported/{mine(app).workspace.imported.all[1].identity}").run()
    assert not app.exception and "The network predicts **3**" in words(app)


def test_train_says_that_it_goes_on_from_the_imported_weights_and_does(app):
    opened_file(app, 3)
    opened(app, "train")
    assert "Train on from these weights" in words(app) and "“Plain”" in words(app)
    mine(app).editor.recipe = mine(app).editor.recipe.replaced(epochs=1, training_images=256)
    app.run()
    app.button(key="train/start").click().run()
    run = mine(app).run
    assert run.name == "Plain, trained on"
    until(lambda: run.snapshot.evaluations)
    # It is the share of threes among the test images that is right before the first step.
    assert run.snapshot.evaluations[0].accuracy == pytest.approx(0.101)


def test_fresh_weights_can_be_chosen_instead(app):
    opened_file(app, 3)
    opened(app, "train")
    box = next(box for box in app.selectbox if box.label == "Begin with")
    assert box.options == ["Fresh weights", "The weights of “Plain”"]
    box.set_value("").run()
    assert not app.exception and mine(app).beginning() is None
    assert "Train on from these weights" not in words(app)


def test_weights_that_no_longer_fit_are_not_dropped_without_a_word(app):
    opened_file(app, 3)
    mine(app).editor.edit(Network((28, 28, 1), (Flatten(), Dense(20), Dense(10, "softmax")), "Plain"))
    opened(app, "train")
    assert "do not fit these layers" in words(app)
    assert "Begin with" not in [box.label for box in app.selectbox]


def test_what_was_imported_before_is_opened_again_or_deleted(app):
    opened_file(app, 3, "One")
    opened_file(app, 4, "Two")
    one = mine(app).workspace.imported.all[1]
    app.button(key=f"import/kept/{one.identity}/open").click().run()
    assert mine(app).editor.network.name == "One" and mine(app).imported.identity == one.identity
    app.button(key=f"import/kept/{one.identity}/delete").click().run()
    assert [left.network.name for left in mine(app).workspace.imported.all] == ["Two"]
    assert mine(app).imported.network.name == "Two" and not app.exception
    assert [b.label for b in app.button if b.label.startswith("Open")] == ["Open “Two”"]


def test_weights_that_cannot_be_read_any_more_are_said_and_another_network_is_shown(app):
    from core.store import StoreError

    def gone():
        raise StoreError("An imported model is damaged.")

    mine(app).imported = Trained(PLAIN, gone, "mnist", "0" * 20)
    mine(app).focus.subject = "imported"
    opened(app, "feature_maps")
    assert not app.exception and "An imported model is damaged." in words(app)
