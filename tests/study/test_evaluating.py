"""Predictions by weights that are given into a graph: the model itself is the oracle."""

import gc
import weakref

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.insight.graphs import tracings
from core.network import Conv2D, Dense, Dropout, Flatten, Network, trace
from core.study import evaluating
from core.study.contender import Contender, LabelledImages, Unfit, check, of_run, of_shipped, of_trained, why_not
from core.study.evaluating import Evaluator, answers, known_probabilities
from core.study.memory import Memory
from core.training import Recipe, Run, build_model, card
from core.training.priority import graphs_wait, stepping
from core.training.trained import Trained
from tests.runs import finished
from tests.strategies import networks
from tests.study.networks import DIGITS, PLAIN, fresh


@given(network=networks(most=4), seed=st.integers(0, 1000))
@settings(max_examples=15)
@example(network=Network((5, 5, 1), ()), seed=0)
def test_any_network_predicts_as_its_model(network, seed):
    """With weights that are not those of the graph's own model, statistics of normalisation included."""
    if not network.layers or len(trace(network).rows[-1].shape) > 1:  # of what was drawn, nothing may have fitted
        network = network.inserted((len(network.layers),), Flatten())
    random = np.random.default_rng(seed)
    model = build_model(network)
    model.set_weights([random.random(array.shape, np.float32) for array in model.get_weights()])
    images = random.random((9, *network.input_shape), np.float32)
    contender = Contender("x", network, model.get_weights(), DIGITS)
    expected = np.asarray(model(images, training=False))
    found = Evaluator(contender).probabilities(images)
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=1e-5 * max(np.abs(expected).max(), 1))


def test_dropout_does_not_drop():
    network = Network((28, 28, 1), (Flatten(), Dropout(0.5), Dense(10, "softmax")))
    images = np.ones((20, 28, 28, 1), np.float32)
    found = Evaluator(fresh(network)).probabilities(images)
    assert np.allclose(found, found[0])


@pytest.mark.parametrize("count", [1, 3, 8, 250, 251, 600])
def test_any_number_of_images_keeps_its_order(few, lenet, count):
    images = few.images[:count]
    expected = lenet.model.predict(images / np.float32(255), verbose=0)
    np.testing.assert_allclose(Evaluator(lenet).probabilities(images), expected, atol=1e-4)


def test_networks_of_one_architecture_share_a_graph(few):
    first, second = fresh(seed=1), fresh(seed=2, name="Other name")
    one, other = (Evaluator(contender).probabilities(few.images) for contender in (first, second))
    assert not np.allclose(one, other)
    model = evaluating._architecture(PLAIN.renamed("x"))
    assert list(tracings(model).values()) == [1]


def test_graphs_that_would_wait_are_not_used_and_the_answers_are_the_same(few, lenet):
    with stepping(1):
        at_once = Evaluator(lenet).probabilities(few.images)
    while graphs_wait():
        pass
    np.testing.assert_allclose(Evaluator(lenet).probabilities(few.images), at_once, atol=1e-4)


def architecture(units):
    return Network((6, 6, 1), (Flatten(), Dense(units, "relu"), Dense(10, "softmax")), "x")


@pytest.mark.parametrize("most, parameters", [(2, 10**9), (10**9, 1_000)])
def test_architectures_that_were_used_long_ago_are_freed(monkeypatch, most, parameters):
    monkeypatch.setattr(evaluating, "MOST_ARCHITECTURES", most)
    monkeypatch.setattr(evaluating, "MOST_PARAMETERS", parameters)
    Evaluator(fresh(architecture(3))).probabilities(np.zeros((1, 6, 6, 1), np.float32))
    gone = weakref.ref(evaluating._architecture(architecture(3)))
    stays = evaluating._architecture(architecture(4))
    gc.collect()
    assert gone() is not None
    evaluating._architecture(architecture(30))  # 1,420 parameters: too many beside any other
    del stays
    gc.collect()
    assert gone() is None and len(evaluating._models) == (2 if parameters > 10**6 else 1)
    assert evaluating._architecture(architecture(30)) is evaluating._architecture(architecture(30))


def test_the_first_of_equals_is_predicted():
    found = answers(np.array([[0.1, 0.45, 0.45], [0.6, 0.2, 0.2]], np.float32))
    assert found.predicted.tolist() == [1, 0]
    np.testing.assert_allclose(found.probability, [0.45, 0.6], atol=1e-6)


def test_a_part_is_predicted_once(few, lenet):
    made = []

    def evaluator():
        made.append(1)
        return Evaluator(lenet)

    first = known_probabilities(evaluator, lenet, few, 1)
    assert known_probabilities(evaluator, lenet, few, 1) is first and len(made) == 1
    known_probabilities(evaluator, lenet, few, 2)
    assert len(made) == 2


def test_a_fingerprint_is_that_of_the_network_and_the_weights():
    first = fresh(seed=1)
    assert first.fingerprint == fresh(seed=1, name="Another name").fingerprint
    assert first.fingerprint != fresh(seed=2).fingerprint
    wider = Network((28, 28, 1), (Flatten(), Dense(10)))
    assert Contender("x", wider, first.weights, DIGITS).fingerprint != first.fingerprint


def test_parts_hold_each_image_once_in_an_order_that_mixes_them(tests, mnist):
    everything = np.concatenate([tests.part(number) for number in range(tests.parts)])
    assert np.array_equal(np.sort(everything), np.arange(10_000))
    assert len(tests.part(0)) == 250 and 4_000 < tests.part(0).mean() < 6_000
    assert LabelledImages.tests_of(mnist) is tests


def test_a_small_rest_is_a_part_too(few):
    assert [len(few.part(number)) for number in range(few.parts)] == [250, 250, 100]
    assert [few.first_parts(count) for count in (1, 250, 251, 600, 9_999)] == [1, 1, 2, 3, 3]


def test_what_does_not_fit_is_said_with_its_reason(few):
    fits = fresh()
    wide = Network((32, 32, 3), (Flatten(), Dense(10, "softmax")), "Wide")
    clothes = Contender("Clothes", PLAIN, fits.weights, ("Shirt", "Coat", *"01234567"))
    flat = Contender("Flat", Network((28, 28, 1), (Conv2D(2, 3),)), [], DIGITS)
    assert why_not(fits, few) is None
    assert why_not(fresh(wide), few) == "“Wide” reads images of 32×32×3, but those of MNIST digits are 28×28×1."
    assert why_not(clothes, few) == (
        "“Clothes” tells Shirt, Coat, 0, …, 7 apart, but the classes of MNIST digits are 0, 1, 2, …, 9."
    )
    assert "“Flat” does not work" in why_not(flat, few)
    with pytest.raises(Unfit, match=r"Wide.*Clothes"):
        check([fits, fresh(wide), clothes], few)
    with pytest.raises(Unfit, match="Choose one"):
        check([], few)


def test_contenders_come_from_what_is_shipped_imported_and_trained(small_mnist, few):
    shipped = of_shipped("lenet5")
    assert shipped.network == card("lenet5").network and shipped.dataset == "mnist"
    assert shipped.recipe == Recipe(epochs=30, batch_size=64, learning_rate=0.002, schedule="cosine", seed=1998)
    assert of_shipped("draw").recipe is None  # no recipe says how it learned
    imported = of_trained(Trained(PLAIN, fresh().weights, "mnist"))
    assert (imported.class_names, imported.dataset) == (DIGITS, "mnist")
    strange = of_trained(Trained(PLAIN, fresh().weights, ""))
    assert strange.class_names[:2] == ("Class 0", "Class 1") and strange.dataset == ""
    run = Run(PLAIN, small_mnist, Recipe(epochs=1), name="Mine")
    assert of_run(run) is None
    finished(run.start())
    mine = of_run(run)
    assert (mine.name, mine.recipe, mine.class_names) == ("Mine", Recipe(epochs=1), DIGITS)
    tested = LabelledImages.tests_of(small_mnist)
    right = Evaluator(mine).answers(tested.images).predicted == tested.labels
    assert right.mean() == run.snapshot.test_accuracy


def test_of_many_results_the_ones_asked_for_least_recently_are_forgotten():
    memory = Memory(2)
    memory.put("a", 1)
    memory.put("b", 2)
    assert memory.get("a") == 1
    memory.put("c", 3)
    assert (memory.get("a"), memory.get("b"), memory.get("c"), len(memory)) == (1, None, 3, 2)
    memory.clear()
    assert memory.get("a") is None
