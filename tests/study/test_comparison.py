"""Networks on the same images: counting one by one is the oracle."""

import numpy as np
import pytest

from core.network import LENET5, Conv2D, Dense, Flatten, GlobalAveragePooling2D, Network, Recipe, trace
from core.study import comparison
from core.study.comparison import (
    Training,
    compared,
    facts,
    incomparable,
    recipe_differences,
    recipe_line,
    seconds_for_one_image,
    training_line,
    warnings,
)
from core.study.contender import Contender, Unfit
from core.study.evaluating import Evaluator
from core.study.proportions import mcnemar, wilson
from core.training import Point, Snapshot, State, card
from tests.study.networks import DIGITS, PLAIN, fresh


def test_scores_and_pairs_are_those_of_counting_one_by_one(few, lenet, small):
    contenders = [lenet, fresh(), small]
    last = list(compared(contenders, few))[-1]
    answers = [
        contender.model.predict(few.images / np.float32(255), verbose=0).argmax(axis=1) for contender in contenders
    ]
    right = [[int(one) == int(label) for one, label in zip(found, few.labels)] for found in answers]
    assert last.done == 1 and np.array_equal(last.indexes, np.arange(600))
    for score, hits in zip(last.scores, right):
        assert (score.right, score.images) == (sum(hits), 600)
        assert score.accuracy == sum(hits) / 600 and score.interval == wilson(sum(hits), 600)
    assert [(pair.first, pair.second) for pair in last.pairs] == [(0, 1), (0, 2), (1, 2)]
    for pair in last.pairs:
        one, other = right[pair.first], right[pair.second]
        assert pair.only_first.tolist() == [n for n in range(600) if one[n] and not other[n]]
        assert pair.only_second.tolist() == [n for n in range(600) if other[n] and not one[n]]
        assert pair.test == mcnemar(len(pair.only_first), len(pair.only_second))
    assert len(last.pairs[0].only_first) > 300


def test_it_becomes_better_from_item_to_item(few, lenet, small):
    found = list(compared([lenet, small], few))
    assert [len(one.indexes) for one in found] == [250, 500, 600, 600]
    assert [one.done for one in found] == [250 / 600, 500 / 600, 1, 1]
    assert [len(one.seconds) for one in found] == [0, 0, 0, 2] and min(found[-1].seconds) > 0
    assert np.array_equal(found[0].indexes, np.sort(few.part(0)))
    assert np.array_equal(found[0].labels, few.labels[found[0].indexes])


def test_the_accuracy_of_all_test_images_is_the_known_one(tests, lenet):
    (score,) = list(compared([lenet], tests))[-1].scores
    assert score.accuracy == card("lenet5").test_accuracy and score.images == 10_000


def test_what_was_predicted_before_is_not_predicted_again(few, lenet, small, monkeypatch):
    first = list(compared([lenet, small], few))[-1]

    predict = Evaluator.probabilities

    def only_timed(self, images):
        assert len(images) == 1, "predicted again"
        return predict(self, images)

    monkeypatch.setattr(Evaluator, "probabilities", only_timed)
    again = list(compared([small, lenet], few))[-1]
    assert again.scores == first.scores[::-1]


def test_networks_that_cannot_be_compared_are_named_with_the_reason(few, lenet):
    wide = fresh(Network((32, 32, 3), (Flatten(), Dense(10, "softmax")), "Wide"))
    (why,) = incomparable([lenet, wide], few)
    assert "“Wide” reads images of 32×32×3" in why and incomparable([lenet], few) == ()
    with pytest.raises(Unfit, match="Wide"):
        next(compared([lenet, wide], few))


def test_warnings_name_what_is_not_fair(few, lenet):
    fair = fresh(name="Fair", recipe=Recipe())
    chooses = fresh(seed=2, name="Chooses", recipe=Recipe(early_stopping=2))
    apart = fresh(seed=3, name="Apart", recipe=Recipe(early_stopping=2, validation_share=0.1))
    assert warnings([fair, apart], few) == ()
    (chosen,) = warnings([fair, chooses], few)
    assert chosen.startswith("“Chooses” kept the epoch") and "validation share" in chosen
    (unknown,) = warnings([fair, fresh(seed=4, name="Strange", dataset="")], few)
    assert "It is not known what “Strange” learned from" in unknown
    (other,) = warnings([fair, fresh(seed=5, name="Clothes", dataset="fashion_mnist")], few)
    assert other == "“Clothes” learned from another dataset: its own test images are Fashion-MNIST."
    (gone,) = warnings([fair, fresh(seed=6, name="Gone", dataset="drawn_" + "0" * 24)], few)
    assert "drawings that are gone" in gone


def test_many_pairs_are_warned_about(few):
    four = [fresh(seed=seed, name=str(seed)) for seed in range(4)]
    assert warnings(four[:2], few) == ()
    assert warnings(four, few) == (
        "6 pairs are compared: even among networks that are equally good, p falls below 0.05 for one of them in up to "
        "30 % of such comparisons.",
    )


def test_recipes_differ_in_what_has_an_effect():
    first = Recipe(batch_size=32, seed=1, momentum=0.9)
    second = Recipe(batch_size=128, seed=2, momentum=0.1)  # Adam has no momentum
    differences = recipe_differences([first, second])
    assert [(one.name, one.values) for one in differences] == [("batch_size", ("32", "128")), ("seed", ("1", "2"))]
    assert recipe_differences([first, first]) == () and recipe_differences([]) == ()
    sgd = [first.replaced(optimizer="SGD"), second]
    assert "momentum" in [one.name for one in recipe_differences(sgd)]


def test_a_line_says_whether_the_recipe_is_the_same():
    one, same = fresh(recipe=Recipe()), fresh(seed=2, recipe=Recipe())
    assert recipe_line([one, same]) == "Same recipe: yes."
    other = fresh(seed=3, recipe=Recipe(batch_size=32))
    assert recipe_line([one, other]) == "Same recipe: no. Batch size: 128 and 32."
    clothes = fresh(seed=4, recipe=Recipe(), dataset="fashion_mnist")
    assert recipe_line([one, clothes]) == "Same recipe: no. They learned from different images."
    strange = fresh(seed=5, name="Strange")
    assert recipe_line([one, strange]) == "Same recipe: unknown. How “Strange” learned is not known here."


def test_facts_are_those_of_the_trace():
    found = facts(LENET5)
    assert (found.parameters, found.macs) == (61_706, trace(LENET5).macs)
    assert found.field == trace(LENET5).last_map.field.size == (16, 16)
    assert facts(PLAIN).field is None
    tiny = Network((4, 4, 1), (Conv2D(2, 3), GlobalAveragePooling2D(), Dense(3)))
    # image 16, maps 2·2·2, means 2, answer 3; parameters 20 and 9
    assert facts(tiny).memory_bytes == 4 * (16 + 8 + 2 + 3 + 20 + 9)


def test_the_time_of_one_image_is_the_middle_of_several_after_the_graph_is_there(lenet, monkeypatch):
    clock = iter([moment for call in range(comparison.CALLS) for moment in (10 * call, 10 * call + call)])
    monkeypatch.setattr(comparison.time, "perf_counter", lambda: next(clock))
    calls = []
    monkeypatch.setattr(Evaluator, "probabilities", lambda self, images: calls.append(images.shape))
    assert seconds_for_one_image(lenet) == 7
    assert calls == [(1, 28, 28, 1)] * (comparison.CALLS + 1)


def test_a_diverged_network_is_compared_too(few, lenet):
    broken = Contender("Diverged", PLAIN, [np.full((784, 10), np.nan, np.float32), np.zeros(10, np.float32)], DIGITS)
    last = list(compared([lenet, broken], few))[-1]
    assert last.scores[1].images == 600 and last.scores[1].accuracy < 0.2


def test_two_trainings_are_called_alike_only_where_nothing_was_done_to_one_of_them():
    def training(name="A", recipe=Recipe(), rate=0.001, state=State.FINISHED, epochs=5, **more):  # noqa: B008
        points = tuple(Point(float(epoch), 1.0, 0.9, 100, rate) for epoch in (1, 2))
        return Training(name, recipe, "mnist", Snapshot(state, epochs=epochs, train=points), **more)

    one = training(recipe=Recipe(epochs=5))
    same = Recipe(epochs=5)
    assert training_line(one, training("B", same)) == "Same recipe and seed: yes."
    assert training_line(one, Training("B", same, "mnist")) == "Same recipe and seed: yes."
    for other, said in (
        (training("B", Recipe(epochs=5, seed=2)), "Seed: 1 and 2."),
        (training("B", same, epochs=8), "Epochs: 5 and 8."),
        (training("B", same, rate=0.01), "The learning rate of one was changed by hand."),
        (training("B", same, state=State.STOPPED), "“B” was stopped by hand."),
        (training("B", same, fresh=False), "“B” began with weights that had learned before."),
        (Training("B", same, "fashion_mnist"), "They learned from different images."),
    ):
        assert training_line(one, other) == f"Same recipe and seed: no. {said}"
