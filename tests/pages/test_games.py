"""The page Games as a visitor without a browser plays it, against networks whose weights are known."""

import math

import numpy as np
import pytest

from core.data import load
from core.network import LENET5, Dense, Flatten, Network, to_token
from core.training import Recipe, build_model, pretrained
from core.training.trained import Trained
from core.ui.pages.games.state import GamesState
from tests.drawn import shapes
from tests.pages.conftest import button, mine, went_to
from tests.pages.test_pages import drawn, opened, visited, words
from tests.waiting import until

PLAIN = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Plain")
STEM = {"type": "path", "path": [["M", 140, 40], ["L", 140, 240]], "strokeWidth": 18}
CORNER = {"type": "path", "path": [["M", 10, 10], ["L", 60, 10]], "strokeWidth": 18}


def imported(app, weights, network=PLAIN, dataset="mnist"):
    """Imports a model; returns what the choices of several networks call it."""
    mine(app).imported = Trained(network, weights, dataset)
    return f"imported/{mine(app).imported.identity}"


def always(label, by=20.0):
    """Weights that are sure of one digit, whatever is drawn."""
    return [np.zeros((784, 10), np.float32), by * np.eye(10, dtype=np.float32)[label]]


def seven_until_a_corner_is_white():
    """Weights that are sure of 7, and of 2 once there is ink in the corner at the top left, where digits have none."""
    kernel = np.zeros((28, 28, 10), np.float32)
    kernel[:2, :8, 2] = 10.0
    return [kernel.reshape(784, 10), always(7, 10.0)[1]]


def game(app, name):
    """Open the page, and this game on it."""
    opened(app, "games")
    if mine(app).state(GamesState).game != name:
        app.button_group(key="games/game").set_value(name).run()
    assert mine(app).state(GamesState).game == name
    return app


def put(app, key, *objects):
    app.session_state[key] = drawn(list(objects))
    return app.run()


def pick(app, label):
    """The button that says what the image is."""
    return button(app, str(label))


def split_canvas(app):
    return f"games/split/canvas/{mine(app).state(GamesState).split_board.number}"


def fool_canvas(app):
    games = mine(app).state(GamesState)
    return f"games/fool/{games.fool_index}/canvas/{games.fool_board.number}"


def test_split_is_won_where_both_are_sure_of_different_digits(app):
    mine(app).state(GamesState).networks = (imported(app, always(3, by=8.0)), "lenet5")
    game(app, "split")
    assert {metric.value for metric in app.metric} == {"–"} and "Split!" not in words(app)
    put(app, split_canvas(app), STEM)
    assert not app.exception
    assert {metric.label: metric.value for metric in app.metric} == {
        "Imported: Plain": "3",
        "LeNet-5, already trained": "1",
    }
    assert "One says **3**, the other **1**, and both are confident" in words(app)
    (best,) = mine(app).state(GamesState).best_splits.values()
    sure = np.exp(8) / (np.exp(8) + 9)  # softmax of 8 and nine zeros: less certain than LeNet-5 of a 1
    assert best.split.won and best.split.score == pytest.approx(sure)
    assert f"Best of this visit: {math.floor(10_000 * sure) / 100:.2f} %" in words(app)


def test_the_best_drawing_is_kept_while_one_tries_on_and_opens_in_the_other_views(app):
    mine(app).state(GamesState).networks = (imported(app, always(3)), "lenet5")
    game(app, "split")
    put(app, split_canvas(app), STEM)
    (best,) = mine(app).state(GamesState).best_splits.values()
    button(app, "Clear").click().run()
    assert "Nothing drawn yet" in words(app) and "Best of this visit" in words(app)
    app.button(key="games/split/why").click().run()
    assert went_to(app) == "why"
    opened(app, "why")
    assert not app.exception
    assert mine(app).image.source == "drawing" and mine(app).image.drawing is best.image
    assert "your drawing" in words(app)


def test_split_is_not_won_where_one_is_not_sure_or_both_agree(app):
    mine(app).state(GamesState).networks = (imported(app, always(3, by=1.0)), "lenet5")
    game(app, "split")
    put(app, split_canvas(app), STEM)
    assert "but Imported: Plain is not confident" in words(app)
    mine(app).state(GamesState).networks = (imported(app, always(1)), "lenet5")
    app.run()
    assert "Both say **1**" in words(app)
    assert not mine(app).state(GamesState).best_splits


def test_two_that_cannot_disagree_get_a_sentence(app):
    game(app, "split")
    next(box for box in app.selectbox if box.label == "The other").set_value("draw").run()
    assert "always agrees with itself" in words(app)
    mine(app).state(GamesState).networks = ("draw", imported(app, always(3), dataset="fashion_mnist"))
    opened(app, "kernels")
    game(app, "split")
    assert "learned different classes" in words(app)
    coloured = Network((32, 32, 3), PLAIN.layers, "Coloured")
    mine(app).state(GamesState).networks = ("draw", imported(app, build_model(coloured).get_weights(), coloured))
    app.run()
    assert "takes images of 32×32×3" in words(app) and not app.exception


def test_a_choice_that_is_gone_is_replaced_by_another(app):
    mine(app).state(GamesState).networks = ("draw", "imported")
    game(app, "split")
    assert not app.exception and mine(app).state(GamesState).networks == ("draw", "lenet5")


def test_fooling_begins_with_an_image_that_is_read_right_and_ends_with_strokes(app):
    imported(app, seven_until_a_corner_is_white())
    mine(app).focus.subject = "imported"
    game(app, "fool")
    games, data = mine(app).state(GamesState), load("mnist")
    assert data.y_test[games.fool_index] == 7
    assert "reads this as **7**, and is right and confident" in words(app)
    put(app, fool_canvas(app), STEM)
    assert "Still **7**" in words(app) and not games.best_attempts
    put(app, fool_canvas(app), STEM, CORNER)
    assert not app.exception
    assert "confident that this is **2**. You took 2 strokes" in words(app)
    put(app, fool_canvas(app), CORNER)
    (best,) = games.best_attempts.values()
    assert best.attempt.strokes == 1 and best.attempt.ink == pytest.approx((best.after - best.before).sum(), rel=1e-5)
    assert np.array_equal(best.before, data.x_test[games.fool_index, ..., 0].astype(np.float32) / 255)
    put(app, fool_canvas(app), CORNER, STEM)
    assert next(iter(games.best_attempts.values())) is best  # two strokes are no better
    app.button(key="games/fool/feature_maps").click().run()
    assert went_to(app) == "feature_maps"
    opened(app, "feature_maps")
    assert mine(app).image.drawing is best.after and "your drawing" in words(app)


def test_another_image_is_an_empty_canvas_and_another_network_is_asked_for_its_own(app):
    imported(app, seven_until_a_corner_is_white())
    mine(app).focus.subject = "imported"
    game(app, "fool")
    games, data = mine(app).state(GamesState), load("mnist")
    put(app, fool_canvas(app), CORNER)
    button(app, "Another image").click().run()
    assert "right and confident" in words(app) and data.y_test[games.fool_index] == 7
    imported(app, always(4))
    games.fool_of = None
    app.run()
    assert data.y_test[games.fool_index] == 4 and "reads this as **4**" in words(app)


def test_the_hint_shows_where_a_stroke_hurts(app):
    imported(app, seven_until_a_corner_is_white())
    mine(app).focus.subject = "imported"
    game(app, "fool")
    app.toggle(key="games/fool/hint").set_value(True).run()
    assert not app.exception
    pictures = " ".join(element.proto.body for element in app.get("html"))
    assert "laid over the image" in pictures and "Orange: a little ink there" in words(app)


def test_a_network_that_is_sure_of_nothing_cannot_be_fooled(app):
    imported(app, always(3, by=0.0))
    mine(app).focus.subject = "imported"
    game(app, "fool")
    assert "cannot be fooled" in words(app) and not app.exception


def test_the_hardest_ten_are_played_to_the_end_and_ten_others_follow(app):
    game(app, "against")
    session, data = mine(app), load("mnist")
    (title, now), *_ = session.state(GamesState).rounds.items()
    answers = np.concatenate([np.asarray(pretrained("lenet5")(data.x_test[i : i + 1000] / np.float32(255))) for i in range(0, 10_000, 1000)])  # fmt: skip
    right = answers[np.arange(10_000), data.y_test]
    assert set(now.numbers) == set(np.argsort(right)[:10])
    for number in now.numbers:
        assert "Image" in words(app) and "You say" not in words(app)
        pick(app, data.y_test[number]).click().run()
        assert f"the makers of the dataset say **{data.y_test[number]}**" in words(app)
        assert pick(app, 0).disabled
        next(b for b in app.button if b.label in ("Next image", "See the score")).click().run()
    assert not app.exception
    assert app.subheader[0].value == "You 10, the network 0"
    assert "chosen **against" in words(app)
    pictures = " ".join(element.proto.body for element in app.get("html"))
    assert pictures.count("you ") >= 10 and pictures.count("✗") >= 10
    button(app, "Ten others by lot").click().run()
    second = session.state(GamesState).rounds[title]
    assert not second.hardest and len(set(second.numbers)) == 10 and not set(second.numbers) & set(now.numbers)
    assert "fair to both" in words(app)


def test_a_round_waits_while_another_page_is_open(app):
    game(app, "against")
    pick(app, 5).click().run()
    before = next(iter(mine(app).state(GamesState).rounds.values()))
    opened(app, "kernels")
    opened(app, "games")
    assert next(iter(mine(app).state(GamesState).rounds.values())) is before and "You say **5**" in words(app)


def test_the_test_images_are_evaluated_once_for_all_visitors(app, monkeypatch):
    from core.ui.widgets import evaluation

    game(app, "against")
    monkeypatch.setattr(evaluation, "predict", None)  # nobody may ask again
    other = visited(to_token(LENET5))
    game(other, "against")
    assert not other.exception
    assert mine(other).state(GamesState).rounds == mine(app).state(GamesState).rounds


def test_weights_that_are_no_longer_numbers_cannot_play(app):
    key = imported(app, [np.full((784, 10), np.nan, np.float32), np.zeros(10, np.float32)])
    mine(app).focus.subject = "imported"
    mine(app).state(GamesState).networks = (key, "lenet5")
    game(app, "against")
    assert "no longer numbers" in words(app)
    game(app, "fool")
    assert "cannot be fooled" in words(app)
    game(app, "split")
    put(app, split_canvas(app), STEM)
    assert not app.exception and "Split!" not in words(app)


def test_a_network_for_other_images_gets_a_sentence(app):
    coloured = Network((32, 32, 3), PLAIN.layers, "Coloured")
    imported(app, build_model(coloured).get_weights(), coloured)
    mine(app).focus.subject = "imported"
    for name in ("fool", "against"):
        game(app, name)
        assert "This network takes images of 32×32×3" in words(app) and not app.exception


def test_a_lesson_without_look_inside_offers_no_way_in(app):
    other = visited(to_token(LENET5, hidden=("inside",)))
    mine(other).state(GamesState).networks = (imported(other, always(3)), "lenet5")
    game(other, "split")
    put(other, split_canvas(other), STEM)
    assert "Split!" in words(other)
    assert not [b for b in other.button if b.label in ("Feature maps", "Why this answer?")]


def test_a_run_plays_while_it_learns_and_afterwards(app, monkeypatch):
    from core.training import Run

    session = mine(app)
    session.editor.edit(PLAIN)
    session.editor.recipe = Recipe(epochs=200, training_images=500)
    session.start_run()
    session.state(GamesState).networks = (f"run/{session.run.created}", "lenet5")
    until(lambda: session.run.snapshot.evaluations)  # after an epoch, all graphs are there
    for name in ("split", "fool", "against"):  # with whatever it knows by now
        game(app, name)
        assert not app.exception
    session.run.stop()
    assert session.run.wait(60)
    game(app, "split")
    put(app, split_canvas(app), STEM)
    assert not app.exception
    assert [metric.label for metric in app.metric] == ["Your run: Plain", "LeNet-5, already trained"]
    game(app, "against")
    pick(app, 5).click().run()
    assert not app.exception and "You say **5**" in words(app)
    monkeypatch.setattr(Run, "weights", lambda run: None)
    game(app, "split")
    assert "has learned nothing yet" in words(app) and not app.exception


def test_a_round_belongs_to_its_network_and_not_to_one_of_the_same_name(app):
    session = mine(app)
    network = Network((28, 28, 1), (Flatten(), Dense(3, "softmax")), "Same")
    for many, of in ((20, 10), (4, 3)):
        run = session.workspace.start(network, shapes(many), Recipe(epochs=1), name="Same")
        assert run.wait(60)
        session.choose_run(run)
        session.focus.subject = "run"
        game(app, "against")
        assert not app.exception, app.exception
        assert f"**Image 1 of {of}**" in words(app)
        session.workspace.delete(run)


def test_an_image_that_is_no_longer_read_right_is_no_win(app):
    """The weights of a run change while one draws."""
    imported(app, seven_until_a_corner_is_white())
    mine(app).focus.subject = "imported"
    game(app, "fool")
    mine(app).imported.model().set_weights(always(4))
    put(app, fool_canvas(app), CORNER)
    assert "no longer confident of this image as it is" in words(app)
    assert not mine(app).state(GamesState).best_attempts


def test_what_was_won_against_one_imported_model_is_not_won_against_another(app):
    for kind in (always(3), always(4)):
        mine(app).state(GamesState).networks = (imported(app, kind), "lenet5")
        game(app, "split")
        app.run()
        assert "Best of this visit" not in words(app)
        put(app, split_canvas(app), STEM)
        assert "Split!" in words(app) and "Best of this visit" in words(app)
        button(app, "Clear").click().run()
    first, second = mine(app).state(GamesState).best_splits.values()
    assert (first.split.first.label, second.split.first.label) == (3, 4)


def test_an_answer_belongs_to_its_image_and_only_the_first_counts(app):
    game(app, "against")
    (now,) = mine(app).state(GamesState).rounds.values()
    pick(app, 3).click()
    pick(app, 5).click()
    app.run()
    assert len({*mine(app).state(GamesState).rounds.values()} - {now}) == 1 and "You say **3**" in words(app)
    first = {b.proto.id for b in app.button}
    button(app, "Next image").click().run()
    second = {b.proto.id for b in app.button if b.label in map(str, range(10))}
    assert len(second) == 10 and not first & second  # so a late press for the first image is none for the second
