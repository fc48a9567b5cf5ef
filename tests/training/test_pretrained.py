"""The trained weights that come with the project are what their cards say."""

from functools import lru_cache

import numpy as np
import pytest

from core.insight import verdict
from core.network import trace
from core.training import card, pretrained
from core.training.pretrained import FOLDER, NAMES, PretrainedError
from tools.drawings.calibration import RUBBISH, confident_share, drawn, evaluate_digits, predict


@pytest.fixture(scope="module")
def model():
    return pretrained("draw")


@pytest.fixture(scope="module")
def answers(mnist):
    """The probabilities of a network for all test images, computed once: name → (10000, 10)."""
    return lru_cache(lambda name: predict(pretrained(name), mnist.x_test[..., 0]))


@pytest.mark.parametrize("name", NAMES)
def test_weights_fit_the_network_on_the_card(name):
    assert pretrained(name).count_params() == trace(card(name).network).parameters
    assert not trace(card(name).network).problems


@pytest.mark.parametrize("name", NAMES)
def test_the_accuracy_on_the_card_is_that_of_the_test_images(name, mnist, answers):
    found = answers(name).argmax(axis=1)
    assert (found == mnist.y_test).mean() == pytest.approx(card(name).test_accuracy, abs=0.0003)


def test_only_names_that_there_are_lead_to_a_file():
    for name in ("../lenet5", "lenet5.npz", ""):
        with pytest.raises(KeyError, match="draw, lenet5"):
            pretrained(name)
        with pytest.raises(KeyError):
            card(name)


def test_weights_that_are_damaged_or_missing_get_a_sentence_that_names_their_file(tmp_path, monkeypatch):
    card("lenet5")  # is read once
    sound = (FOLDER / "lenet5.npz").read_bytes()
    monkeypatch.setitem(pretrained.__globals__, "FOLDER", tmp_path)
    for content in (None, b"", b"no archive", sound[: len(sound) // 2], (FOLDER / "draw.npz").read_bytes()):
        if content is not None:
            (tmp_path / "lenet5.npz").write_bytes(content)
        with pytest.raises(PretrainedError, match=r"lenet5\.npz are missing or damaged.*git checkout"):
            pretrained("lenet5")


def test_the_drawing_network_is_small():
    assert trace(card("draw").network).parameters <= 300_000
    assert (FOLDER / "draw.npz").stat().st_size < 1_300_000


def test_the_drawing_network_reads_mnist_and_knows_when(mnist, answers):
    """97 of 100 are sure, and of those 997 in 1,000 are right."""
    found = evaluate_digits(answers("draw"), mnist.y_test, card("draw").sure_from)
    assert found.accuracy >= 0.993
    assert found.sure >= 0.97
    assert found.right_where_sure >= 0.997


@pytest.mark.parametrize(("brush", "size"), [(18, 200), (6, 60), (40, 250), (2, 900)])
def test_the_drawing_network_reads_digits_of_any_size_and_brush(model, brush, size):
    images, labels = drawn(np.random.default_rng(99), 400, brush, size)
    assert (predict(model, images).argmax(axis=1) == labels).mean() >= 0.985


@pytest.mark.parametrize("kind", RUBBISH)
def test_the_drawing_network_is_seldom_sure_of_what_is_no_digit(model, kind):
    rubbish = RUBBISH[kind](np.random.default_rng(31), 400)
    most = {"blank and dots": 0.0, "scribbles": 0.02, "letters and figures": 0.06, "outlines of clothes": 0.1}[kind]
    sure = confident_share(predict(model, rubbish), card("draw").sure_from)
    assert sure <= most
    if kind != "blank and dots":  # LeNet-5 was never told
        assert sure < confident_share(predict(pretrained("lenet5"), rubbish), card("lenet5").sure_from)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_card_says_of_the_test_images_can_be_measured_again(name, mnist, answers):
    found = evaluate_digits(answers(name), mnist.y_test, card(name).sure_from)
    assert found._asdict() == pytest.approx(card(name).measured["MNIST's test images"], abs=0.001)


def test_a_blank_page_is_nothing_it_is_sure_of(model):
    assert not verdict(predict(model, np.zeros((1, 28, 28), np.uint8))[0], card("draw").sure_from).sure
