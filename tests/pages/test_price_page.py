"""The page Equal price: a budget, two networks, and both trained by one recipe."""

import re

import pytest

from core.network import Conv2D, Recipe, trace
from core.study.price import affordable, equal_price
from core.training import State
from core.ui.pages.price.state import PriceState
from core.ui.widgets.studies import StudyState
from tests.pages.conftest import button, files, mine, opened, went_to, words
from tests.waiting import until

QUICK = Recipe(epochs=1, training_images=500)


def budget(app):
    return next(one for one in app.number_input if one.label == "Budget")


def slider(app):
    (found,) = app.get("select_slider")
    return found


def both_trained(app, amount=5_000):
    """The page after both were trained, each for a moment."""
    own = mine(app).state(PriceState)
    own.recipe, own.budgets["parameters"] = QUICK, amount
    opened(app, "price")
    button(app, "Train both").click().run()
    assert not app.exception
    assert mine(app).workspace.runs[0].wait(60)
    app.run()
    assert mine(app).workspace.runs[0].wait(60)
    app.run()
    assert not app.exception
    return mine(app).workspace.runs[::-1]


@pytest.fixture
def page(app):
    opened(app, "price")
    assert not app.exception
    return app


def test_two_networks_of_the_price_of_the_articles_dense_one_are_there_at_first(page):
    pair = equal_price(101_770)
    assert "101,770 parameters, exactly the budget" in words(page)
    layers = [row["Layer"].split()[0] for table in page.table for row in table.value.to_dict("records")]
    assert layers[:3] == ["Flatten", "Dense", "Dense"] and layers.count("Conv2D") == 2 * 2
    assert f"{trace(pair.convolutional).parameters:,} parameters, " in words(page)
    assert "of them are zero" in words(page) and "dense-matrices.csv" in files(page)


def test_the_slider_and_the_field_follow_each_other(page):
    budget(page).set_value(20_000).run()
    assert slider(page).value == 20_000
    slider(page).set_value(1_000_000).run()
    assert budget(page).value == 1_000_000 and not page.exception
    assert "1,000,000 parameters" in words(page)
    budget(page).set_value(20_100).run()
    assert slider(page).value == 20_000 and mine(page).state(PriceState).budget == 20_100


def test_multiply_adds_have_a_budget_of_their_own(page):
    page.button_group(key="price/measure").set_value("macs").run()
    assert not page.exception and budget(page).value == 101_632
    budget(page).set_value(300_000).run()
    assert re.search(r"\d\d\d,\d\d\d multiply-adds, \d\.\d\d % (above|below) the budget", words(page))
    page.button_group(key="price/measure").set_value("parameters").run()
    assert budget(page).value == 101_770


@pytest.mark.parametrize("amount", [1, 10**9])
def test_an_impossible_budget_is_answered_with_what_would_work(page, amount):
    budget(page).set_value(amount).run()
    assert not page.exception
    least, most = affordable()
    assert f"Choose a budget from {least:,} to {most:,}." in words(page)
    assert not any(one.label == "Train both" for one in page.button)


@pytest.mark.parametrize("kind", ["dense", "convolutional"])
def test_each_network_is_opened_in_the_editor(page, kind):
    page.button(key=f"price/edit/{kind}").click().run()
    assert went_to(page) == "build"
    assert mine(page).editor.network == getattr(equal_price(101_770), kind)
    assert mine(page).editor.recipe == mine(page).state(PriceState).recipe


def test_both_are_trained_by_one_recipe_and_open_in_compare_and_robustness(app):
    dense, convolutional = both_trained(app)
    pair = equal_price(5_000)
    assert (dense.network, convolutional.network) == (pair.dense, pair.convolutional)
    assert (
        dense.recipe == convolutional.recipe == QUICK and dense.dataset_name == convolutional.dataset_name == "mnist"
    )
    assert dense.snapshot.state is convolutional.snapshot.state is State.FINISHED
    assert "Test accuracy on MNIST digits: dense: " in words(app)
    alts = [chart.proto.alt for chart in app.get("vega_lite_chart")]
    assert [alt.split(" over ")[0] for alt in alts] == [
        f"Accuracy of the {kind} network" for kind in ("dense", "convolutional")
    ]
    assert button(app, "Train both").disabled
    button(app, "Both in Compare").click().run()
    assert went_to(app) == "compare"
    keys = (f"run/{dense.created}", f"run/{convolutional.created}")
    assert mine(app).state(StudyState).chosen == keys
    mine(app).state(StudyState).chosen = ()
    opened(app, "price")
    button(app, "Both in Robustness").click().run()
    assert went_to(app) == "robustness" and mine(app).state(StudyState).chosen == keys
    opened(app, "price")
    button(app, "See the matrix").click().run()
    assert went_to(app) == "kernels" and mine(app).run is convolutional
    assert app.button_group(key="kernels/view/kernel").value == "matrix" and not app.exception
    assert isinstance(convolutional.network.at(mine(app).focus.layer), Conv2D)
    opened(app, "price")
    mine(app).workspace.delete(dense)
    app.run()
    assert not button(app, "Train the dense one").disabled and button(app, "Both in Compare").disabled
    next(one for one in app.number_input if one.label == "Seed").set_value(7).run()
    assert not app.exception and not button(app, "Train both").disabled  # another seed is another pair
    assert "seed 7." in words(app) and "Which is better stands here once both were trained." in words(app)


def test_stop_ends_the_one_and_gives_up_the_other(app):
    own = mine(app).state(PriceState)
    own.recipe, own.budgets["parameters"] = Recipe(epochs=200, training_images=500), 5_000
    opened(app, "price")
    assert (
        button(app, "Stop").disabled
        and button(app, "Both in Compare").disabled
        and button(app, "See the matrix").disabled
    )
    button(app, "Train both").click().run()
    (run,) = mine(app).workspace.runs
    assert button(app, "Train both").disabled and button(app, "Train both").help == "They are being trained."
    until(lambda: run.snapshot.step > 0)
    button(app, "Stop").click().run()
    assert run.wait(60)
    app.run()
    assert not app.exception and mine(app).workspace.runs == [run]
    assert not button(app, "Go on").disabled and button(app, "Stop").disabled
    button(app, "Go on").click().run()
    assert not app.exception and mine(app).workspace.runs[1] is run
    assert mine(app).workspace.runs[0].network == equal_price(5_000).convolutional
    button(app, "Stop").click().run()
    assert mine(app).workspace.runs[0].wait(60)


def test_nothing_is_started_beside_another_training(app):
    other = mine(app).train(equal_price(9_000).dense, "mnist", Recipe(epochs=200, training_images=500))
    opened(app, "price")
    start = button(app, "Train both")
    assert start.disabled and start.help == "Pause or stop the training that goes on first."
    other.stop()
    assert other.wait(60)
    app.run()
    assert not button(app, "Train both").disabled


def test_a_lesson_that_locks_the_editor_leaves_it_locked(app):
    mine(app).hidden = ("edit",)
    opened(app, "price")
    assert not app.exception and app.button(key="price/edit/dense").disabled
