"""Compare with…, on Train: another network is trained by the same recipe and seed in a column of its own."""

from core.network import LENET5, PRESETS, Recipe
from core.training import State
from core.ui.pages.train.other import chosen_pair, offered
from core.ui.pages.train.state import TrainState
from core.ui.widgets.studies import StudyState
from tests.pages.conftest import button, mine, opened, went_to, words
from tests.waiting import until

QUICK = Recipe(epochs=1, training_images=500)


def compared_with(app, key, recipe=QUICK):
    mine(app).editor.recipe = recipe
    opened(app, "train")
    (choice,) = [one for one in app.selectbox if one.label == "Train beside it"]
    choice.set_value(key).run()
    assert not app.exception
    return app


def test_nothing_is_beside_before_another_network_was_chosen(app):
    opened(app, "train")
    assert "Same recipe and seed" not in words(app) and "Start both" not in [one.label for one in app.button]
    there = offered(mine(app))
    assert there["preset/A2"].network == PRESETS["A2"].network
    assert all(one.network.input_shape == (28, 28, 1) and one.network != LENET5 for one in there.values())


def test_both_are_trained_by_one_recipe_and_seed_and_open_in_compare(app):
    compared_with(app, "preset/A5")
    assert "Same recipe and seed: yes." in words(app) and button(app, "Both in Compare").disabled
    button(app, "Start both").click().run()
    assert not app.exception and mine(app).workspace.runs[0].wait(60)
    app.run()
    assert mine(app).workspace.runs[0].wait(60)
    app.run()
    second, first = mine(app).workspace.runs
    assert (first.network, second.network) == (LENET5, PRESETS["A5"].network) and mine(app).run is first
    assert first.recipe == second.recipe == QUICK and first.snapshot.state is second.snapshot.state is State.FINISHED
    assert "Same recipe and seed: yes." in words(app) and "Test accuracy on MNIST digits: LeNet-5: " in words(app)
    first.more(1)
    assert first.wait(60)
    app.run()
    assert "Same recipe and seed: no. Epochs: 2 and 1." in words(app)
    button(app, "Both in Compare").click().run()
    assert went_to(app) == "compare"
    assert mine(app).state(StudyState).chosen == (f"run/{first.created}", f"run/{second.created}")
    opened(app, "train")
    button(app, "End the comparison").click().run()
    assert not app.exception and "Same recipe and seed" not in words(app)


def test_a_run_that_is_there_gets_its_other_by_its_own_recipe(app):
    run = mine(app).train(LENET5, "mnist", QUICK)
    assert run.wait(60)
    compared_with(app, "preset/A5", Recipe(epochs=7))
    button(app, "Train the other").click().run()
    assert not app.exception
    other = mine(app).workspace.runs[0]
    assert other.network == PRESETS["A5"].network and other.recipe == QUICK and mine(app).run is run
    assert other.wait(60)
    app.run()
    assert not app.exception and button(app, "Train the other").disabled
    assert "Same recipe and seed: yes." in words(app) and not button(app, "Both in Compare").disabled


def test_the_desk_is_offered_beside_a_run_of_another_network_and_the_other_is_paused_and_stopped(app):
    run = mine(app).train(PRESETS["A5"].network, "mnist", QUICK)
    assert run.wait(60)
    compared_with(app, "desk", Recipe(epochs=200, training_images=500))
    pair = chosen_pair(mine(app))
    assert (pair.first, pair.second) == (PRESETS["A5"].network, LENET5)
    other = mine(app).train(LENET5, "mnist", Recipe(epochs=200, training_images=500))
    mine(app).choose_run(run)
    mine(app).state(TrainState).other = f"run/{other.created}"
    mine(app).editor.open(PRESETS["A5"].network)
    app.run()
    assert "Same recipe and seed: no." in words(app) and "Epochs: 1 and 200." in words(app)
    until(lambda: other.snapshot.step > 0)
    button(app, "Pause the other").click().run()
    assert not app.exception
    until(lambda: not other.active)
    app.run()
    button(app, "Stop the other").click().run()
    assert not app.exception
    until(lambda: other.snapshot.state is State.STOPPED)
