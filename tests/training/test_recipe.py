"""Every setting of a recipe does what it says, as Keras or a formula has it."""

import math

import keras
import numpy as np
import pytest

from core.data import Dataset
from core.network import BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D, Network
from core.network.settings import InvalidSetting
from core.training import Recipe, State, build_model, train
from core.training.losses import make_loss
from core.training.schedule import learning_rates

TINY = Network((28, 28, 1), (MaxPooling2D(4), Flatten(), Dense(10, "softmax")), "Tiny")
RATE = 0.1


def planned(epochs=10, batches=7, **settings):
    recipe = Recipe(epochs=epochs, learning_rate=RATE, **settings)
    return learning_rates(recipe, epochs, batches, np.arange(epochs * batches))


def half_cosine(start, end, share):
    return start + (end - start) * (1 - math.cos(math.pi * share)) / 2


def test_a_constant_rate_is_constant():
    assert planned() == pytest.approx(np.full(70, RATE))


def test_a_table_holds_its_rates_for_its_epochs_and_the_last_until_the_end():
    rates = planned(schedule="table", rates=((2, 0.5), (3, 0.2), (1, 0.05)))
    assert rates == pytest.approx(np.repeat([0.5, 0.2, 0.05], [14, 21, 35]))
    assert planned(schedule="table", rates=((1, 0.3),)) == pytest.approx(np.full(70, 0.3))


def test_the_table_of_1998_is_that_of_the_source():
    from core.network import PRESETS

    rates = learning_rates(PRESETS["E1"].recipe, 20, 1, np.arange(20))
    assert rates == pytest.approx([5e-4] * 2 + [2e-4] * 3 + [5e-5] * 4 + [1e-5] * 11)


def test_steps_multiply_after_their_epochs():
    rates = planned(schedule="step", stage_epochs=4, factor=0.5)
    assert rates == pytest.approx(np.repeat([RATE, RATE / 2, RATE / 4], [28, 28, 14]))


def test_a_cosine_falls_to_the_lowest_rate():
    rates = planned(schedule="cosine", lowest_rate=0.02)
    assert rates == pytest.approx([half_cosine(RATE, 0.02, step / 70) for step in range(70)], rel=1e-5)


def test_one_cycle_rises_for_a_third_and_falls_to_almost_nothing():
    rates = planned(schedule="one-cycle", epochs=10, batches=10)
    assert rates[0] == pytest.approx(RATE / 25) and rates[-1] == pytest.approx(RATE / 10_000, rel=1e-2)
    assert rates.max() == pytest.approx(RATE, rel=5e-3)
    assert 29 <= rates.argmax() <= 31
    assert (np.diff(rates[:30]) > 0).all() and (np.diff(rates[31:]) < 0).all()
    assert planned(schedule="one-cycle", lowest_rate=0.01)[-1] == pytest.approx(0.01, rel=1e-3)


def test_triangles_go_up_and_down_in_straight_lines():
    rates = planned(schedule="triangular", cycle_epochs=4, lowest_rate=0.02, batches=10, epochs=8)
    expected = [0.02 + 0.08 * (1 - abs(2 * ((step / 40) % 1) - 1)) for step in range(80)]
    assert rates == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("schedule", ["constant", "table", "step", "cosine", "one-cycle", "triangular", "plateau"])
def test_warm_up_grows_in_a_line_and_then_leaves_the_schedule_alone(schedule):
    plain, warm = planned(schedule=schedule), planned(schedule=schedule, warm_up=2.0)
    assert warm[14:] == pytest.approx(plain[14:])
    assert warm[:14] == pytest.approx(plain[:14] * np.arange(1, 15) / 14, rel=1e-5)


@pytest.mark.parametrize("settings", [{}, {"schedule": "one-cycle"}, {"schedule": "step", "stage_epochs": 1}])
def test_the_loop_takes_each_step_at_its_planned_rate(small_mnist, settings):
    """With squared error and SGD a step is rate × gradient: Keras' own steps at the planned rates agree."""
    recipe = Recipe(epochs=2, batch_size=250, optimizer="SGD", learning_rate=0.5, **settings)
    ours = train(TINY, small_mnist, recipe)
    rates = learning_rates(recipe, 2, 8, np.arange(16))
    model = build_model(TINY, recipe.seed)
    optimizer = keras.optimizers.SGD(0.0)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    images = small_mnist.x_train.astype("float32") / 255
    for step, rate in enumerate(rates):
        order = np.random.default_rng((recipe.seed, step // 8)).permutation(2000)[step % 8 * 250 :][:250]
        optimizer.learning_rate = float(rate)
        model.train_on_batch(images[order], small_mnist.y_train[order])
    for a, b in zip(ours.model.get_weights(), model.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)
    assert ours.snapshot.learning_rate == pytest.approx(rates[-1], rel=1e-5)


OPTIMIZERS = [
    ({"optimizer": "SGD", "learning_rate": 0.1}, lambda: keras.optimizers.SGD(0.1)),
    ({"optimizer": "SGD", "learning_rate": 0.1, "momentum": 0.9}, lambda: keras.optimizers.SGD(0.1, 0.9)),
    (
        {"optimizer": "SGD", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True},
        lambda: keras.optimizers.SGD(0.1, 0.9, nesterov=True),
    ),
    ({"optimizer": "Adam", "learning_rate": 0.01}, lambda: keras.optimizers.Adam(0.01)),
    (
        {"optimizer": "AdamW", "learning_rate": 0.01, "weight_decay": 0.1},
        lambda: keras.optimizers.AdamW(0.01, weight_decay=0.1),
    ),
    ({"optimizer": "RMSprop", "learning_rate": 0.01}, lambda: keras.optimizers.RMSprop(0.01)),
    (
        {"optimizer": "RMSprop", "learning_rate": 0.01, "momentum": 0.5},
        lambda: keras.optimizers.RMSprop(0.01, momentum=0.5),
    ),
    ({"optimizer": "Adam", "learning_rate": 0.01, "clip_norm": 0.1}, lambda: keras.optimizers.Adam(0.01, global_clipnorm=0.1)),
    ({"optimizer": "SGD", "learning_rate": 0.1, "clip_norm": 0.01}, lambda: keras.optimizers.SGD(0.1, global_clipnorm=0.01)),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "theirs"), OPTIMIZERS)
def test_each_optimiser_is_keras_own(small_mnist, settings, theirs):
    recipe = Recipe(epochs=1, batch_size=100, **settings)
    ours = train(TINY, small_mnist, recipe).model.get_weights()
    model = build_model(TINY, recipe.seed)
    model.compile(theirs(), "sparse_categorical_crossentropy")
    order = np.random.default_rng((recipe.seed, 0)).permutation(2000)
    images = small_mnist.x_train[order].astype("float32") / 255
    model.fit(images, small_mnist.y_train[order], 100, shuffle=False, verbose=0)
    for a, b in zip(ours, model.get_weights()):
        np.testing.assert_allclose(a, b, rtol=2e-3, atol=2e-4)


@pytest.mark.parametrize(
    ("loss", "smoothing"), [("crossentropy", 0.2), ("mse", 0.2), ("crossentropy", 0.0), ("mse", 0.0)]
)
def test_losses_are_their_formulas(loss, smoothing, random):
    answers = random.dirichlet(np.ones(10), 50).astype("float32")
    labels = random.integers(0, 10, 50).astype("int32")
    targets = np.eye(10)[labels] * (1 - smoothing) + smoothing / 10
    expected = ((targets - answers) ** 2).mean() if loss == "mse" else -(targets * np.log(answers)).sum(axis=1).mean()
    found = make_loss(Recipe(loss=loss, label_smoothing=smoothing), 10)(labels, answers)
    assert float(found) == pytest.approx(expected, rel=1e-5)


def test_a_validation_share_is_kept_apart_and_the_test_images_are_read_once_at_the_end(small_mnist):
    """The last share is labelled wrongly: learning from it or evaluating on anything else would show."""
    x, y = small_mnist.x_train, small_mnist.y_train.copy()
    y[800:1000] = (y[800:1000] + 1) % 10
    data = Dataset("mnist", x, y, small_mnist.x_test, small_mnist.y_test, small_mnist.class_names)
    recipe = Recipe(epochs=4, batch_size=50, training_images=1000, validation_share=0.2, learning_rate=0.01)
    story = []
    end = train(TINY, data, recipe, story.append).snapshot
    assert end.evaluated_on == "validation"
    assert [point.images for point in end.evaluations] == [200] * 5
    assert end.evaluated_accuracy < 0.1  # right answers are wrong there
    assert sum(point.images for point in end.train) == 4 * 800
    assert end.train_accuracy > 0.6
    assert end.test_accuracy > 0.6 and end.test.images == 500
    assert all(now.test is None for now in story if now.state is State.TRAINING)
    assert all(800 <= mistake.index < 1000 for mistake in end.hardest)


def test_the_split_is_that_of_keras():
    for used, share in ((1000, 0.2), (60_000, 0.1), (999, 0.333), (7, 0.5)):
        learned, kept = Recipe(training_images=used, validation_share=share).split(60_000)
        assert learned == math.floor(used * (1.0 - share))  # as keras.src.trainers.data_adapters has it
        assert kept == range(learned, used)
    assert Recipe().split(60_000) == (60_000, range(60_000, 60_000))


def shuffled_labels(small_mnist, random):
    """Nothing can be learned that holds for other images: the evaluated loss soon rises."""
    return Dataset(
        "mnist", small_mnist.x_train[:200], random.integers(0, 10, 200).astype("uint8"),
        small_mnist.x_test, small_mnist.y_test, small_mnist.class_names,
    )  # fmt: skip


WIDE = Network((28, 28, 1), (Flatten(), Dense(64, "relu"), Dense(10, "softmax")))


def test_early_stopping_ends_after_epochs_without_progress_and_the_best_weights_come_back(small_mnist, random):
    data = shuffled_labels(small_mnist, random)
    recipe = Recipe(epochs=50, batch_size=20, early_stopping=3, restore_best=True, validation_share=0.3)
    kept = {}
    end = train(
        WIDE, data, recipe, lambda now: kept.setdefault(now.evaluated_epoch, now.evaluations and now.evaluations[-1])
    )
    losses = [point.loss for point in end.snapshot.evaluations][1:]
    best = int(np.argmin(losses)) + 1
    assert end.snapshot.state is State.FINISHED and end.snapshot.progress == 1
    assert end.snapshot.message == f"Stopped early, after epoch {best + 3}: no progress for 3 epochs."
    assert end.snapshot.evaluated_epoch == best + 3
    assert end.snapshot.kept_epoch == best
    expected = train(WIDE, data, recipe.replaced(epochs=best, early_stopping=0)).model.get_weights()
    assert all((a == b).all() for a, b in zip(end.model.get_weights(), expected))


def test_without_restoring_the_last_weights_stay(small_mnist, random):
    data = shuffled_labels(small_mnist, random)
    end = train(WIDE, data, Recipe(epochs=50, batch_size=20, early_stopping=2, validation_share=0.3))
    assert end.snapshot.kept_epoch is None
    again = train(WIDE, data, Recipe(epochs=int(end.snapshot.evaluated_epoch), batch_size=20, validation_share=0.3))
    assert all((a == b).all() for a, b in zip(end.model.get_weights(), again.model.get_weights()))


def test_a_plateau_lowers_the_rate_as_keras_callback_does(small_mnist, random):
    data = shuffled_labels(small_mnist, random)
    recipe = Recipe(
        epochs=12, batch_size=20, schedule="plateau", factor=0.5, plateau_patience=2, lowest_rate=0.0003,
        validation_share=0.3,
    )  # fmt: skip
    end = train(WIDE, data, recipe).snapshot
    best, wait, rate, expected = math.inf, 0, 0.001, []
    for point in end.evaluations[1:]:
        expected.append(rate)
        if point.loss < best - 1e-4:
            best, wait = point.loss, 0
        else:
            wait += 1
            if wait >= 2:
                rate, wait = max(rate * 0.5, 0.0003), 0
    found = [next(p.learning_rate for p in end.train if p.epoch > epoch) for epoch in range(12)]
    assert found == pytest.approx(expected, rel=1e-5)
    assert min(found) == pytest.approx(0.0003)


def test_augmentation_changes_what_is_learned_and_not_what_is_judged(small_mnist):
    recipe = Recipe(epochs=3, learning_rate=0.01)
    plain = train(TINY, small_mnist, recipe).snapshot
    turned = train(TINY, small_mnist, recipe.replaced(rotation=180.0)).snapshot
    assert turned.evaluations[0] == plain.evaluations[0]  # before training: the same images, unchanged
    assert turned.evaluations[-1] != plain.evaluations[-1]
    assert turned.train_accuracy < plain.train_accuracy - 0.1
    again = train(TINY, small_mnist, recipe.replaced(rotation=180.0)).snapshot
    assert again.evaluations == turned.evaluations


def test_dead_units_are_found_where_they_are(small_mnist):
    """Rates that are too high kill units; what is silent for all images is counted, as NumPy counts it."""
    network = Network(
        (28, 28, 1), (Conv2D(8, 5, strides=4, activation="relu"), Flatten(), Dense(16, "relu"), Dense(10, "softmax"))
    )
    end = train(network, small_mnist, Recipe(epochs=2, optimizer="SGD", learning_rate=1.2, batch_size=20))
    images = small_mnist.x_test.astype("float32") / 255
    model = end.model
    shares = {}
    for path, name in (((0,), "layer_0"), ((2,), "layer_2")):
        values = keras.Model(model.inputs, model.get_layer(name).output).predict(images, verbose=0)
        alive = (values > 0).any(axis=tuple(range(values.ndim - 1)))
        if not alive.all():
            shares[path] = 1 - alive.mean()
    assert {layer.path: pytest.approx(layer.share) for layer in end.snapshot.dead_units} == shares
    assert shares  # some have died


def test_the_hardest_mistakes_and_samples_are_those_of_the_model(small_mnist):
    end = train(TINY, small_mnist, Recipe(epochs=1))
    answers = end.model.predict(small_mnist.x_test.astype("float32") / 255, verbose=0)
    np.testing.assert_allclose(end.snapshot.samples, answers[: len(end.snapshot.samples)], atol=1e-5)
    wrong = np.flatnonzero(answers.argmax(1) != small_mnist.y_test)
    surest = sorted(wrong, key=lambda i: -answers[i].max())[:5]
    assert [mistake.index for mistake in end.snapshot.hardest[:5]] == surest
    for mistake in end.snapshot.hardest:
        assert mistake.label == small_mnist.y_test[mistake.index] != mistake.predicted
        assert mistake.probability == pytest.approx(answers[mistake.index].max(), abs=1e-5)
    assert end.snapshot.confusion.sum() == 500 and end.snapshot.confusion.trace() == 500 - len(wrong)


def test_batch_sizes_from_one_to_a_thousand_work(small_mnist):
    network = Network(
        (28, 28, 1), (MaxPooling2D(7), BatchNormalization(), Dropout(0.1), Flatten(), Dense(10, "softmax"))
    )
    few = Dataset("mnist", small_mnist.x_train[:70], small_mnist.y_train[:70], small_mnist.x_test, small_mnist.y_test, small_mnist.class_names)  # fmt: skip
    for batch_size in (1, 33, 70, 1024):
        end = train(network, few, Recipe(epochs=1, batch_size=batch_size)).snapshot
        assert end.step == -(-70 // batch_size) and sum(point.images for point in end.train) == 70


@pytest.mark.parametrize(
    "settings",
    [
        {"schedule": "sometimes"}, {"rates": ()}, {"rates": ((0, 0.1),)}, {"rates": ((1, float("nan")),)},
        {"rates": "0.1 x 3"}, {"rates": ((1, 0.1),) * 21}, {"validation_share": 0.9}, {"clip_norm": -1.0},
        {"rotation": 1e9}, {"training_images": 70_000}, {"monitor": "loss"}, {"nesterov": 1},
    ],
)  # fmt: skip
def test_settings_out_of_bounds_are_refused_in_a_sentence(settings):
    with pytest.raises(InvalidSetting, match="must be"):
        Recipe(**settings)
