"""Model files of others, from the file to the pages: opened, looked into, trained on, kept, deleted."""

import numpy as np
import pytest

from core.data import Dataset, load
from core.data.uploads import drawing_input, network_input
from core.network import Conv2D, Dense, Flatten, Network, Rescaling
from core.training import Recipe, build_model, card, pretrained, train
from core.training.foreign import weights_file
from core.training.trained import Trained
from core.ui.pages.draw.state import DrawState
from core.ui.pages.games.state import GamesState
from core.ui.shell.session import Session
from tests.drawn import SHAPES, shapes
from tests.pages.conftest import button, mine, opened, words
from tests.pages.test_draw import draw
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


def strangers(classes, shape=(28, 28, 1)):
    """A network for classes of which there are no images here."""
    return Network(
        shape, (Conv2D(4, 5, strides=3, activation="relu"), Flatten(), Dense(classes, "softmax")), "Stranger"
    )


def opened_stranger(app, network):
    """Its file, with weights, opened through Import."""
    weights = build_model(network, seed=3).get_weights()
    uploaded(app, "stranger.npz", weights_file(network, weights, ()))
    button(app, "Open “Stranger” with its weights").click().run()
    assert not app.exception and mine(app).focus.subject == "imported"
    return app


OTHERS = {
    "26 letters": strangers(26),
    "7 of RGB": strangers(7, (32, 32, 3)),
    "36 of an oblong": strangers(36, (20, 30, 1)),
    "200 kinds": strangers(200, (28, 28, 3)),
}
PAGES = (
    "build",
    "train",
    "runs",
    "draw",
    "teach",
    "games",
    "kernels",
    "feature_maps",
    "receptive_fields",
    "why",
    "mistakes",
)
A_STEM = np.zeros((60, 40, 4), np.uint8)
A_STEM[..., 3] = 255
A_STEM[10:50, 18:22, :3] = 255


@pytest.mark.parametrize("network", OTHERS.values(), ids=OTHERS)
def test_a_network_for_other_classes_is_imported_with_its_weights_and_breaks_no_page(app, network):
    opened_stranger(app, network)
    assert "There are no such images here to measure it on" in words(app)
    for page in PAGES:
        opened(app, page)
        assert not app.exception, page
    for game in ("fool", "against"):
        mine(app).state(GamesState).game = game
        opened(app, "kernels")
        opened(app, "games")
        assert not app.exception and "There are no images here of the classes" in words(app), game


@pytest.mark.parametrize("source", ["upload", "drawing"])
@pytest.mark.parametrize("network", OTHERS.values(), ids=OTHERS)
def test_it_is_looked_into_with_a_picture_or_a_drawing_and_predicts_as_keras_does(app, network, source):
    opened_stranger(app, network)
    mine(app).image.drawing = np.zeros((28, 28), np.float32)
    mine(app).image.drawing[4:24, 12:16] = 1.0
    mine(app).image.upload, mine(app).image.source = A_STEM, source
    for page in ("feature_maps", "why", "kernels", "receptive_fields"):
        opened(app, page)
        assert not app.exception, page
        assert "gets a black one" not in words(app) and "Upload a picture above" not in words(app), page
    opened(app, "feature_maps")
    sent = (
        drawing_input(mine(app).image.drawing, network.input_shape)
        if source == "drawing"
        else network_input(A_STEM, network.input_shape)
    )
    label = int(np.argmax(mine(app).imported.model()(sent[np.newaxis])))
    assert (
        f"Input: your {'drawing' if source == 'drawing' else 'picture'}. The network predicts **Class {label}**"
        in words(app)
    )


def test_without_a_picture_why_says_what_would_work(app):
    opened_stranger(app, OTHERS["26 letters"])
    opened(app, "why")
    assert "Upload a picture above, or draw something" in words(app)


def test_its_classes_can_be_named_and_keep_their_names(app):
    opened_stranger(app, OTHERS["26 letters"])
    opened(app, "feature_maps")
    names = [f"*{letter}*" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    field = next(area for area in app.text_area if area.label.startswith("One a line, all 26"))
    assert field.value.split("\n")[:2] == ["Class 0", "Class 1"]
    field.set_value("\n".join(names)).run()
    assert not app.exception and mine(app).imported.own_classes.class_names == tuple(names)
    assert "The network predicts **\\*" in words(app)  # shown as it is, not as Markdown
    reloaded(app)
    assert mine(app).imported.own_classes.class_names == tuple(names)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("one\ntwo", "26 classes apart, but there are 2 lines"),
        ("\n".join(["same"] * 26), "Two classes are called “same”"),
        ("\n".join(f"{number}" + "x" * 40 for number in range(26)), "1 to 40 characters"),
    ],
)
def test_names_that_do_not_fit_are_refused_with_a_sentence(app, typed, said):
    opened_stranger(app, OTHERS["26 letters"])
    opened(app, "feature_maps")
    field = next(area for area in app.text_area if area.label.startswith("One a line"))
    field.set_value(typed).run()
    assert not app.exception and said in words(app)
    assert mine(app).imported.own_classes.class_names[0] == "Class 0"


def test_a_model_that_predicts_no_classes_can_only_be_edited(app):
    network = Network((28, 28, 1), (Conv2D(4, 5), Conv2D(1, 5)), "A picture")
    uploaded(app, "x.npz", weights_file(network, build_model(network, seed=1).get_weights(), ()))
    assert "does not end with probabilities of classes" in words(app)
    button(app, "Open “A picture” without weights").click().run()
    assert mine(app).editor.network == network and mine(app).imported is None and not app.exception


def test_classes_that_are_called_as_those_of_the_visitors_drawings_are_tested_on_them(app):
    drawings = shapes(9)
    mine(app).workspace.collect("own", lambda _: drawings)
    opened_stranger(app, strangers(3))
    opened(app, "mistakes")
    assert "There are no images here of the classes" in words(app)
    opened(app, "feature_maps")
    app.button(key="maps/subject/classes/drawn").click().run()
    assert mine(app).imported.own_classes.class_names == SHAPES and not app.exception
    held_out = int(drawings.kept_apart.sum())
    opened(app, "mistakes")
    assert "There are no images here" not in words(app)
    assert f"{held_out} test images" in " ".join(bar.proto.text for bar in app.get("progress"))
    for page in PAGES:
        opened(app, page)
        assert not app.exception, page
    opened(app, "feature_maps")
    assert any(f"which is “{name}”" in words(app) for name in SHAPES)


def test_our_own_file_says_what_its_classes_are_called(app):
    network, names = strangers(10), tuple(f"kind {letter}" for letter in "abcdefghij")
    uploaded(app, "x.npz", weights_file(network, build_model(network, seed=3).get_weights(), names))
    button(app, "Open “Stranger” with its weights").click().run()
    assert mine(app).imported.own_classes.class_names == names


def test_ten_classes_that_are_neither_digits_nor_clothes_can_be_said_to_be_others(app):
    network = strangers(10)
    uploaded(app, "x.npz", weights_file(network, build_model(network, seed=3).get_weights(), ()))
    assert "could not be measured" in words(app) and "Taken for MNIST digits" in words(app)
    next(toggle for toggle in app.toggle if toggle.label == "It tells other classes apart").set_value(True).run()
    assert "It tells 10 classes apart" in words(app)
    button(app, "Open “Stranger” with its weights").click().run()
    assert mine(app).imported.own_classes.class_names[9] == "Class 9" and not app.exception
    opened(app, "mistakes")
    assert "There are no images here of the classes" in words(app) and not app.exception


def test_a_network_of_clothes_is_opened_as_one_while_digits_are_chosen(app):
    clothes = load("fashion_mnist")
    few = Dataset(
        "fashion_mnist",
        clothes.x_train[:3000],
        clothes.y_train[:3000],
        clothes.x_test[:100],
        clothes.y_test[:100],
        clothes.class_names,
    )
    weights = train(PLAIN, few, Recipe(epochs=3, batch_size=32, learning_rate=0.003)).model.get_weights()
    uploaded(app, "x.npz", weights_file(PLAIN, weights, ()))
    assert "taken for Fashion-MNIST" in words(app) and mine(app).editor.dataset == "mnist"
    button(app, "Open “Plain” with its weights").click().run()
    assert mine(app).editor.dataset == mine(app).imported.dataset == "fashion_mnist"
    assert "test images of Fashion-MNIST right" in words(app)  # still said, beside the network
    opened(app, "feature_maps")
    assert "which is “Ankle boot”" in words(app)


def on_255(weights):
    """The weights of a network whose first layer has none of its own padding, for pixels of 0…255."""
    kernel, *others = weights
    return [kernel / 255, *others]


def test_a_network_trained_on_0_to_255_gets_a_layer_in_front_that_is_seen_in_the_editor(app):
    network = card("lenet5").network
    uploaded(app, "x.npz", weights_file(network, on_255(pretrained("lenet5").get_weights()), ()))
    assert "right, on pixels 0…255" in words(app) and "a Rescaling layer in front" in words(app)
    button(app, "Open “LeNet-5” with its weights").click().run()
    first, *others = mine(app).editor.network.layers
    assert first == Rescaling(255.0) and tuple(others) == network.layers
    image = load("mnist").x_test[:20] / np.float32(255)
    np.testing.assert_allclose(mine(app).imported.model()(image), pretrained("lenet5")(image), atol=1e-4)
    for page in PAGES:
        opened(app, page)
        assert not app.exception, page
    opened(app, "train")
    assert "Train on from these weights" in words(app)


@pytest.mark.parametrize("chosen", [None, 0, 2])
def test_the_pixels_of_a_network_that_cannot_be_measured_are_asked_for(app, chosen):
    network = Network((28, 28, 1), (Rescaling(1 / 255), Flatten(), Dense(26, "softmax")), "Stranger")
    uploaded(app, "x.npz", weights_file(network, build_model(network, seed=1).get_weights(), ()))
    box = next(box for box in app.selectbox if box.label == "It was trained on")
    assert box.options[box.index] == "pixels 0…255"  # its own first layer says so
    if chosen is not None:
        box.set_value(chosen).run()
    button(app, "Open “Stranger” with its weights").click().run()
    layers = mine(app).imported.network.layers
    assert layers[-2:] == network.layers[-2:] and not app.exception
    expected = {None: [], 0: [(1 / 255, 0.0)], 2: [(2 / 255, -1 / 255)]}[chosen]
    assert [(one.scale, one.offset) for one in layers[:-2]] == [pytest.approx(pair) for pair in expected]


@pytest.mark.parametrize("network", OTHERS.values(), ids=OTHERS)
def test_it_reads_what_is_drawn_on_draw_as_the_image_that_it_takes(app, network):
    opened_stranger(app, network)
    opened(app, "draw")
    draw(app, [(140, 40), (140, 240)], [(60, 60), (230, 60)])
    sent = drawing_input(mine(app).image.drawing, network.input_shape)
    label = int(np.argmax(mine(app).imported.model()(sent[np.newaxis])))
    assert app.metric[0].value == f"Class {label}"
    height, width, _channels = network.input_shape
    assert ("Then brought to" in words(app)) == (network.input_shape != (28, 28, 1))
    assert f"{height} by {width} pixels" in " ".join(element.proto.body for element in app.get("html"))
    box = next(box for box in app.multiselect if box.label == "Ask other networks too")
    box.set_value(["lenet5"]).run()
    assert not app.exception and len(app.metric) == 2


def test_another_network_that_takes_other_images_is_asked_for_a_drawing_too(app):
    opened_stranger(app, OTHERS["7 of RGB"])
    key = f"imported/{mine(app).imported.identity}"
    mine(app).focus.subject = None
    mine(app).state(DrawState).compared = [key]
    opened(app, "draw")
    draw(app, [(140, 40), (140, 240)])
    sent = drawing_input(mine(app).image.drawing, (32, 32, 3))
    label = int(np.argmax(mine(app).imported.model()(sent[np.newaxis])))
    assert [metric.value for metric in app.metric] == ["1", f"Class {label}"]


@pytest.mark.parametrize(
    ("classes", "shape", "titles", "first"),
    [
        (26, (28, 28, 1), ["letters"], "A"),
        (36, (28, 28, 1), ["digits and letters"], "0"),
        (47, (28, 28, 1), ["EMNIST Balanced"], "0"),
        (10, (32, 32, 3), ["digits", "CIFAR-10"], "0"),
        (10, (20, 20, 1), ["digits"], "0"),
        (7, (28, 28, 1), [], None),
    ],
)
def test_names_of_well_known_datasets_are_offered_where_they_fit(app, classes, shape, titles, first):
    opened_stranger(app, strangers(classes, shape))
    opened(app, "feature_maps")
    offered = [b for b in app.button if b.label.startswith("Take those of ")]
    assert [b.label.removeprefix("Take those of ") for b in offered] == titles
    if offered:
        offered[0].click().run()
        assert not app.exception
        names = mine(app).imported.own_classes.class_names
        assert names[0] == first and len(names) == classes


def test_names_that_were_refused_for_one_model_are_not_spoken_of_at_another(app):
    opened_stranger(app, OTHERS["26 letters"])
    opened(app, "feature_maps")
    next(area for area in app.text_area if area.label.startswith("One a line")).set_value("one").run()
    assert "26 classes apart, but there is 1 line." in words(app)
    opened(app, "build")
    opened_stranger(app, OTHERS["7 of RGB"])
    opened(app, "feature_maps")
    assert not app.exception and "1 line." not in words(app)
