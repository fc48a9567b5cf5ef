"""Two networks of one price in words and tables."""

import pytest

from core.network import trace
from core.study.price import equal_price
from core.training import Point, Snapshot, State
from core.views.charts import learning_curve
from core.views.price import (
    layer_rows,
    matrix_rows,
    matrix_table,
    matrix_words,
    price_words,
    result_words,
    total_counts,
)

PAIR = equal_price(101_770)


def test_how_far_each_is_from_the_budget():
    assert price_words(PAIR, "dense") == "101,770 parameters, exactly the budget; 101,632 multiply-adds"
    parameters = trace(PAIR.convolutional).parameters
    share = (101_770 - parameters) / 101_770 * 100
    assert price_words(PAIR, "convolutional").startswith(
        f"{parameters:,} parameters, {share:.2f} % below the budget; "
    )
    other = equal_price(102_000)
    assert "% above the budget" in price_words(other, "dense") or "% below the budget" in price_words(other, "dense")


def test_each_layer_has_a_line_with_its_costs():
    for network in PAIR[2:]:
        rows = layer_rows(network)
        for measure, title in (("parameters", "Parameters"), ("macs", "Multiply-adds")):
            assert sum(int(row[title].replace(",", "")) for row in rows) == getattr(trace(network), measure)
        assert [row["Layer"].split()[0] for row in rows] == [type(layer).__name__ for layer in network.layers]


def test_the_convolutions_add_up_to_all_of_them():
    *layers, everything = matrix_table(PAIR.convolutional)
    assert len(layers) == 2 and everything["Layer"] == "All convolutions"
    for title in ("Entries", "Zeros", "Repeats", "Different weights"):
        assert sum(row[title] for row in layers) == everything[title]
    assert everything["Entries"] == everything["Zeros"] + everything["Repeats"] + everything["Different weights"]
    first = layers[0]  # 8 kernels of 3×3 over 28×28 pixels: the border cuts off 4·28 − 4 + … of the 9·28·28 products
    assert (first["Entries"], first["Different weights"]) == (784 * 784 * 8, 72)
    assert first["Entries"] - first["Zeros"] == 8 * (3 * 28 - 2) ** 2
    assert matrix_rows(PAIR.convolutional)[0]["Entries"] == f"{784 * 784 * 8:,}"
    share = 100 * everything["Zeros"] / everything["Entries"]
    assert f"{share:.2f} % of them are zero" in matrix_words(PAIR.convolutional)
    assert total_counts(PAIR.convolutional).zeros == everything["Zeros"]


@pytest.mark.parametrize(
    "dense, convolutional, said",
    [
        (0.95, 0.98, "the convolutional network is better, by more than chance."),
        (0.99, 0.9, "the dense network is better, by more than chance."),
        (0.971, 0.972, "The intervals overlap: Compare tests whether the difference is real."),
    ],
)
def test_the_result_says_which_is_better_only_where_chance_is_not_enough(dense, convolutional, said):
    tests = {"dense": Point(5, 0.1, dense, 10_000), "convolutional": Point(5, 0.1, convolutional, 10_000)}
    words = result_words(tests, "MNIST digits")
    assert (
        said in words
        and f"dense: {100 * dense:.2f} % (" in words
        and words.startswith("Test accuracy on MNIST digits:")
    )


def test_curves_that_stand_side_by_side_have_one_axis():
    def curve(accuracy):
        points = tuple(Point(float(epoch), 1.0, accuracy, 100) for epoch in range(3))
        return Snapshot(State.FINISHED, epochs=2, step=20, steps=20, evaluations=points)

    worse, better = curve(0.91), curve(0.992)
    alone, beside = (learning_curve(better, "accuracy", beside=others) for others in ((), (worse, better)))
    (own,), (shared,) = alone["datasets"]["frame"], beside["datasets"]["frame"]
    assert own["bottom"] == 0.99 and shared["bottom"] == 0.9
    assert learning_curve(worse, "accuracy", beside=(worse, better))["datasets"]["frame"] == [shared]
