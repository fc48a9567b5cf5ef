"""The Playground without a browser: what stands there, what an act on the stage does, and what the address holds."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from core.data import load
from core.network import LENET5, PRESETS, Conv2D, Dense, Flatten, Network, Recipe, to_token, trace
from core.training import State, pretrained
from core.training import card as pretrained_card
from core.training.trained import Trained
from core.ui.pages.playground import address as address_of_page
from core.ui.pages.playground import restart, subject, waking
from core.ui.pages.playground.address import _written, read_drawing
from core.ui.pages.playground.stage import act as stage_act
from core.ui.pages.playground.state import PlaygroundState
from core.ui.shell import links
from tests.pages.conftest import ROOT, button, components, mine, opened, words
from tests.pages.test_pages import drawn
from tests.waiting import until

SMALL = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Single")


@pytest.fixture
def page(app):
    return opened(app, "playground")


def stage(page) -> dict:
    (data,) = components(page, "receptive_stage")
    return data


def act(page, **sent):
    """What the browser sends when something is done on the stage."""
    stage_act(mine(page), sent)
    return page.run()


def identity(page, *path) -> int:
    return mine(page).editor.identity_at(path)


def test_at_first_the_shipped_network_answers_a_test_image(page):
    data = stage(page)
    assert data["name"] == "LeNet-5" and [one["id"] for one in data["plan"]["nodes"]] == [str(n) for n in range(8)]
    image = load("mnist").x_test[0].astype(np.float32) / 255
    said = np.asarray(pretrained("lenet5")(image[None])[0])
    last = data["stages"][-1]
    assert last["names"] == list("0123456789")
    assert f"**{said.argmax()}** · over 99.99 %, sure · right" in words(page)
    assert {one["id"] for one in data["kernels"]} == {"0", "2"}
    assert "These weights come trained" in words(page)
    assert button(page, "Start").disabled is False and button(page, "Rewind").disabled


def test_an_update_of_the_stage_is_below_80_kb_and_smaller_where_the_plan_is_there(page):
    def message():
        (found,) = (one.proto for one in page.get("bidi_component") if one.proto.component_name == "receptive_stage")
        return found

    first = message()
    assert first.ByteSize() < 80_000
    page.session_state["playground/stage"] = {"plan": json.loads(first.json)["planned"]}
    page.run()
    second = message()
    assert "plan" not in json.loads(second.json) and second.ByteSize() < first.ByteSize() - 10_000


@pytest.fixture
def asleep(monkeypatch):
    """TensorFlow is not there yet; called, it has come."""
    with monkeypatch.context() as patched:
        for module in (subject, waking):
            patched.setattr(module, "awake", lambda: False)
        patched.setattr(subject, "stage_subject", lambda mine: pytest.fail("this would wait for TensorFlow"))
        yield patched.undo


def test_before_tensorflow_is_there_everything_stands_already_and_an_edit_keeps_the_weights(page, asleep):
    awoken = asleep  # once it is called
    page.run()
    early = stage(page)["stages"]
    assert "TensorFlow is waking up" in words(page) and "**7** · over 99.99 %" in words(page)
    act(page, kind="set", identity=identity(page, 2), name="filters", value=8)
    assert next(one for one in stage(page)["plan"]["nodes"] if one["id"] == "2")["shape"] == "10×10×8"
    assert "**No answer yet**: TensorFlow is waking up" in words(page)
    awoken()
    page.run()
    assert "The weights of 3 of 5 layers are those from before the last edit" in words(page)
    act(page, kind="undo")
    for one, other in zip(early, stage(page)["stages"], strict=True):
        for name in ("low", "high"):
            assert one[name] == pytest.approx(other[name], rel=1e-4, abs=1e-6)


def test_a_run_that_is_started_before_tensorflow_is_there_lets_the_page_go_on(page, asleep):
    page.run()
    mine(page).state(PlaygroundState).shown = None
    button(page, "Start").click()
    page.run()
    assert "**7** · over 99.99 %" in words(page) and button(page, "Pause")
    assert stage(page)["stages"]


def test_where_every_layer_keeps_its_weights_none_is_said_to_be_fresh(page):
    mine(page).editor.open(SMALL)
    page.run()
    assert "it has learned nothing yet" in words(page)
    act(page, kind="add", after=identity(page, 0), layer="Dropout")
    assert "All weights are those from before the last edit." in words(page)


def test_a_setting_changes_the_network_at_once_and_undo_brings_it_back(page):
    act(page, kind="set", identity=identity(page, 2), name="filters", value=8)
    assert mine(page).editor.network.at((2,)).filters == 8
    assert next(one for one in stage(page)["plan"]["nodes"] if one["id"] == "2")["shape"] == "10×10×8"
    assert "The weights of 3 of 5 layers are those from before the last edit" in words(page)
    act(page, kind="undo")
    assert mine(page).editor.network == LENET5 and "These weights come trained" in words(page)


def test_layers_keep_the_weights_that_fit(page):
    before = pretrained("lenet5").get_layer("layer_0").get_weights()[0]
    act(page, kind="set", identity=identity(page, 5), name="units", value=30)
    sketch = mine(page).state(PlaygroundState).sketch
    np.testing.assert_array_equal(sketch.model.get_layer("layer_0").get_weights()[0], before)
    assert sketch.kept == {(0,), (2,), (7,)}


def test_layers_are_added_moved_and_deleted_where_it_was_meant(page):
    third = identity(page, 2)
    act(page, kind="add", before=third, layer="BatchNormalization")
    assert [type(block).__name__ for block in mine(page).editor.network.layers][2:4] == [
        "BatchNormalization",
        "Conv2D",
    ]
    act(page, kind="move", identity=third, by=-1)
    assert type(mine(page).editor.network.at((2,))).__name__ == "Conv2D"
    act(page, kind="remove", identity=identity(page, 3))
    assert mine(page).editor.network.layers == LENET5.layers
    act(page, kind="add", after=identity(page, 7), layer="Dropout")
    assert type(mine(page).editor.network.at((8,))).__name__ == "Dropout"


def test_what_is_not_allowed_is_said_and_changes_nothing(page):
    act(page, kind="set", identity=identity(page, 0), name="kernel_size", value="99")
    assert mine(page).editor.network == LENET5
    assert "Kernel size must be between 1 and" in stage(page)["problem"]
    act(page, kind="layer", id="2")
    assert stage(page)["problem"] == "" and stage(page)["layer"] == "2"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"kind": "set"},
        {"kind": "set", "identity": 10**9, "name": "filters", "value": 3},
        {"kind": "set", "identity": 0, "name": "__class__", "value": 3},
        {"kind": "set", "identity": 0, "name": "filters", "value": {"a": 1}},
        {"kind": "add", "before": 0, "layer": "Lambda"},
        {"kind": "move", "identity": 0, "by": "far"},
        {"kind": "move", "identity": 0, "by": True},
        {"kind": "unit", "unit": "0|9999|0|0"},
        {"kind": "unit", "unit": "9.9|0|0|0"},
        {"kind": "layer", "id": "<script>"},
        {"kind": "folded", "ids": "x" * 10_000},
        {"kind": "__init__"},
        "nonsense",
    ],
)
def test_whatever_else_a_browser_sends_is_nothing(page, sent):
    stage_act(mine(page), sent)
    page.run()
    assert not page.exception and mine(page).editor.network == LENET5
    assert mine(page).focus.unit is None


def test_a_number_that_was_clicked_is_explained_below_the_stage(page):
    act(page, kind="unit", unit="0|2|14|9")
    assert mine(page).focus.layer == (0,) and mine(page).focus.unit == (14, 9, 2)
    assert "Layer 1 · Conv2D, map 3, row 15, column 10" in words(page)


def test_an_edit_starts_a_run_that_is_going_anew(page):
    page.select_slider[0].set_value(100).run()
    button(page, "Start").click().run()
    first = mine(page).run
    until(lambda: first.snapshot.state is State.TRAINING or first.snapshot.step > 0, 60)
    act(page, kind="set", identity=identity(page, 5), name="units", value=30)
    second = mine(page).run
    assert second is not first and second.network.at((5,)).units == 30
    until(lambda: not first.active, 60)
    assert first not in mine(page).workspace.runs  # it was never evaluated: nothing of it would be looked at again
    assert second.recipe.training_images == 100 and second.recipe.seed == Recipe().seed


def select(page, label: str):
    """The field with this label."""
    return next(one for one in page.selectbox if one.label == label)


def rested(page):
    """A run of 100 images that rests after some steps, as the page shows it."""
    mine(page).editor.set_in_recipe("epochs", 200)  # it does not end before it rests
    page.select_slider[0].set_value(100).run()
    button(page, "Start").click().run()
    run = mine(page).run
    run.pause()
    until(lambda: not run.active and run.version > 0, 60)
    page.run()
    if not run.snapshot.step:
        button(page, "Batch").click().run()
        until(lambda: not run.active and run.snapshot.step > 0, 60)
        page.run()
    return run


def figures(page) -> str:
    return " ".join(element.proto.body for element in page.get("html") if "Epoch" in element.proto.body)


def test_a_rewound_run_is_at_its_start(page):
    run = rested(page)
    button(page, "Rewind").click().run()
    until(lambda: run.snapshot.step == 0 and not run.active)
    page.run()
    assert "Epoch</span><strong>0 of" in figures(page) and page.button(key="playground/main").label == "Start"
    button(page, "Start").click().run()
    until(lambda: run.snapshot.step > 0)
    assert mine(page).run is run  # it is the same one
    run.stop()


def test_after_its_last_epoch_a_run_goes_on_for_one_more(page):
    run = rested(page)
    run.stop()
    until(lambda: run.snapshot.state is State.STOPPED and not run.active)
    page.run()
    before = run.snapshot.step
    button(page, "Epoch").click().run()
    until(lambda: run.snapshot.state is State.FINISHED, 60)
    assert mine(page).run is run and run.snapshot.step > before


def test_small_learning_rates_are_written_out(page):
    assert "0.00001" in select(page, "Learning rate").options


def test_a_run_that_rests_is_put_aside_by_another_dataset_or_amount_and_comes_back_with_its_own(page):
    run = rested(page)
    assert button(page, "Resume") and f"Step</span><strong>{run.snapshot.step:,}<" in figures(page)
    assert "These weights come trained" not in words(page)

    page.select_slider[0].set_value(300).run()
    assert button(page, "Start") and "Step</span><strong>–" in figures(page)
    assert "These weights come trained" in words(page) and not run.active
    page.select_slider[0].set_value(100).run()
    assert button(page, "Resume") and "These weights come trained" not in words(page)

    select(page, "Dataset").set_value("fashion_mnist").run()
    assert button(page, "Start") and button(page, "Rewind").disabled
    assert stage(page)["stages"][-1]["names"] == list(load("fashion_mnist").class_names)
    assert "it has learned nothing yet" in words(page)  # weights that know digits know no clothes
    button(page, "Start").click().run()
    assert mine(page).run is not run and mine(page).run.dataset_name == "fashion_mnist"


def test_a_preset_that_comes_trained_does_so_again_and_a_run_of_it_is_put_aside_until_it_goes_on(page):
    run = rested(page)
    select(page, "Network").set_value("A1").run()
    select(page, "Network").set_value("LeNet-5").run()
    assert "These weights come trained" in words(page) and "is on Runs" in words(page)
    assert "**7** · over 99.99 %, sure · right" in words(page) and button(page, "Start")
    assert not run.active and run in mine(page).workspace.runs  # nothing of it is lost
    mine(page).choose_run(run)  # as Runs does
    page.run()
    assert button(page, "Resume") and "These weights come trained" not in words(page)


def test_the_run_that_was_put_aside_is_on_the_stage_again_once_it_has_gone_on(page):
    run = rested(page)
    for name in ("A1", "LeNet-5"):
        select(page, "Network").set_value(name).run()
    step = run.snapshot.step
    run.one_batch()
    until(lambda: run.snapshot.step > step and not run.active, 60)
    page.run()
    assert button(page, "Resume") and "These weights come trained" not in words(page)


def learned(page, **recipe):
    """A run of what is in the editor that has learned something and rests."""
    mine(page).editor.recipe = mine(page).editor.recipe.replaced(epochs=1, training_images=300, **recipe)
    page.run()
    button(page, "Start").click().run()
    run = mine(page).run
    assert run.wait(60)
    return run


def test_undo_brings_back_the_run_of_the_network_before(page):
    act(page, kind="set", identity=identity(page, 2), name="filters", value=3)
    run = learned(page)
    page.run()
    act(page, kind="set", identity=identity(page, 2), name="filters", value=2)
    assert "it has learned nothing yet" in words(page) or "from before the last edit" in words(page)
    second = learned(page)
    assert second is not run
    act(page, kind="undo")
    assert mine(page).run is run
    assert "Epoch</span><strong>1 of 1" in figures(page) and "it has learned nothing yet" not in words(page)


def test_back_brings_the_run_of_the_network_of_that_address(page, by_history):
    act(page, kind="set", identity=identity(page, 2), name="filters", value=3)
    run = learned(page)
    page.run()
    address = dict(page.query_params)
    act(page, kind="set", identity=identity(page, 2), name="filters", value=2)
    learned(page)
    page.query_params.clear()
    page.query_params.update(address)
    by_history(True)
    page.run()
    assert mine(page).editor.network == run.network and mine(page).run is run


def test_an_edit_deletes_a_run_of_a_moment_and_keeps_one_of_some_seconds(page, monkeypatch):
    for seconds, kept in ((1e9, 0), (0.0, 1)):
        monkeypatch.setattr(restart, "WORTH_KEEPING", seconds)
        button(page, "Start").click().run()
        first = mine(page).run
        until(lambda first=first: first.snapshot.step)
        act(page, kind="set", identity=identity(page, 2), name="filters", value=4 + kept)
        assert (first in mine(page).workspace.runs) == bool(kept)
        mine(page).run.stop()
        mine(page).run.wait(60)
        mine(page).editor.open(LENET5)
        page.run()


def test_the_accuracy_of_weights_that_come_trained_stands_there(page):
    known = f"Test accuracy</span><strong>{pretrained_card('lenet5').test_accuracy * 100:.2f}"

    def stands():
        return any(known in element.proto.body for element in page.get("html"))

    assert stands()
    act(page, kind="set", identity=identity(page, 2), name="filters", value=3)
    assert not stands()


def test_a_run_that_has_failed_says_so_at_start_and_at_the_answer_and_what_would_work(page):
    mine(page).editor.set_in_recipe("optimizer", "SGD")
    mine(page).editor.set_in_recipe("learning_rate", 1000.0)
    page.select_slider[0].set_value(100).run()
    button(page, "Start").click().run()
    run = mine(page).run
    until(lambda: run.snapshot.state is State.FAILED, 60)
    page.run()
    (told,) = (element.proto.body for element in page.get("html") if "has failed" in element.proto.body)
    assert 'role="alert"' in told and run.snapshot.message in told and "Try 0.01" in told
    assert "its training has failed" in next(one.value for one in page.markdown if "**its training" in one.value)
    select(page, "Learning rate").set_value(0.01).run()
    button(page, "Start").click().run()
    assert mine(page).run is not run and "has failed" not in words(page)


def test_imported_weights_that_have_learned_another_dataset_say_so_wherever_they_answer(page):
    sure_of_3 = [np.zeros((784, 10), np.float32), 20 * np.eye(10, dtype=np.float32)[3]]
    mine(page).take_imported(Trained(SMALL, sure_of_3, "mnist"))
    page.run()
    assert "**3** · over 99.99 %, sure · wrong: it is “7”" in words(page)
    assert "These weights are imported. Start trains on from them." in words(page)
    assert "on from the imported weights" in button(page, "Start").help
    select(page, "Dataset").set_value("fashion_mnist").run()
    assert "**3** · over 99.99 %, sure · they have learned MNIST" in words(page) and "wrong" not in words(page)
    assert "These weights are imported: they have learned MNIST" in words(page)
    act(page, kind="set", identity=identity(page, 1), name="activation", value="linear")
    act(page, kind="add", after=identity(page, 1), layer="Dense")
    assert "it has learned nothing yet" in words(page)  # nothing of digits is taken over for clothes


def test_fields_show_what_was_set_elsewhere_and_keep_their_place_where_one_chooses_in_them(page):
    def fields():
        return [page.select_slider[0], *(select(page, name) for name in ("Network", "Dataset", "Learning rate"))]

    before = [one.key for one in fields()]
    fields()[0].set_value(300).run()
    select(page, "Learning rate").set_value(0.003).run()
    select(page, "Dataset").set_value("fashion_mnist").run()
    assert [one.key for one in fields()] == before  # so that the keyboard stays where it is
    mine(page).editor.begin(LENET5, Recipe(), "mnist")
    page.run()
    assert [one.value for one in fields()] == [60_000, "LeNet-5", "mnist", Recipe().learning_rate]
    now = [one.key for one in fields()]
    fields()[0].set_value(300).run()
    mine(page).editor.set_in_recipe("training_images", 0)
    page.run()
    assert fields()[0].value == 60_000 and fields()[0].key not in (before[0], now[0])


def test_a_learning_rate_that_was_changed_while_it_rests_keeps_the_run(page):
    run = rested(page)
    select(page, "Learning rate").set_value(0.003).run()
    until(lambda: not run.active, 60)  # it takes note of the rate
    page.run()
    assert mine(page).run is run and button(page, "Resume")


def test_a_network_that_cannot_work_says_why_and_cannot_be_started(page):
    act(page, kind="remove", identity=identity(page, 4))
    assert "**No answer**" in words(page)
    assert button(page, "Start").disabled
    act(page, kind="undo")
    assert not button(page, "Start").disabled


def test_few_images_are_one_slide_away(page):
    page.select_slider[0].set_value(300).run()
    recipe = mine(page).editor.recipe
    assert recipe.training_images == 300
    steps = recipe.epochs * -(-300 // recipe.batch_size)
    assert 300 <= steps < 400  # so many that they are learned by heart
    page.select_slider[0].set_value(60_000).run()
    assert mine(page).editor.recipe.training_images == 0 and mine(page).editor.recipe.epochs == Recipe().epochs


def test_epochs_that_are_more_than_few_images_need_stay(page):
    mine(page).editor.set_in_recipe("epochs", 150)
    page.run()
    for amount in (1_000, 60_000):
        page.select_slider[0].set_value(amount).run()
        assert mine(page).editor.recipe.epochs == 150


def test_a_sample_of_a_class_becomes_the_input(page):
    state = mine(page).state(PlaygroundState)
    from core.ui.pages.playground.input import look_at_test_image

    index = int(np.argmax(load("mnist").y_test == 4))
    look_at_test_image(mine(page), index)
    page.run()
    assert state.way == "test" and mine(page).image.test_index == index
    assert "· right" in words(page)


def test_who_comes_back_to_their_drawing_has_it_in_the_address(page):
    drawing = np.zeros((28, 28), np.float32)
    drawing[4:24, 13:15] = 1
    mine(page).image.drawing, mine(page).image.source = drawing, "drawing"
    page.run()
    drawn = page.query_params["image"]
    way = page.button_group[0]
    way.set_value("test").run()
    assert mine(page).image.source == "test" and "image" not in page.query_params
    page.button_group[0].set_value("drawing").run()
    assert mine(page).image.source == "drawing" and page.query_params["image"] == drawn


STEM = {"type": "path", "path": [["M", 140, 40], ["L", 140, 240]], "strokeWidth": 18}
DOT = {"type": "path", "path": [["M", 14, 266]], "strokeWidth": 18}


def canvas(page) -> dict:
    (data,) = components(page, "streamlit-drawable-canvas.streamlit_drawable_canvas")
    return data


def put(page, *strokes):
    """What the canvas sends when these strokes are on it."""
    page.session_state[f"canvas/play/{mine(page).state(PlaygroundState).board}"] = drawn(list(strokes))
    return page.run()


def on_canvas(page) -> np.ndarray | None:
    """(28, 28) in 0…1, the picture that the canvas shows below its strokes; None for a black one."""
    url = canvas(page)["backgroundImageURL"]
    if url is None:
        return None
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("L"))
    assert picture.shape == (280, 280)
    return picture[5::10, 5::10] / 255


def a_drawing() -> np.ndarray:
    drawing = np.zeros((28, 28), np.float32)
    drawing[5:20, 13:15] = 0.8
    return drawing


def test_a_drawing_that_came_by_the_address_is_on_the_canvas_and_strokes_are_added_to_it(page):
    put(page, STEM)
    assert on_canvas(page) is None
    link = _written(a_drawing())
    other = visited(image=link)
    np.testing.assert_allclose(on_canvas(other), a_drawing(), atol=1 / 255)
    put(other, DOT)
    now = mine(other).image.drawing
    np.testing.assert_allclose(now[:20], a_drawing()[:20], atol=1 / 255)
    assert now[26, 1] > 0.99 and canvas(other)["strokeColor"] == "#FFFFFF"
    put(other)  # the stroke is taken back
    np.testing.assert_allclose(mine(other).image.drawing, a_drawing(), atol=1 / 255)
    button(other, "Clear").click().run()
    assert on_canvas(other) is None and mine(other).image.drawing is None and "image" not in other.query_params


def test_two_digits_on_the_canvas_are_told_to_be_read_as_one(page):
    one, other = ({"type": "path", "path": [["M", x, 40], ["L", x, 240]], "strokeWidth": 18} for x in (70, 210))
    assert any("Add to it" in caption.value for caption in put(page, one).caption)
    assert any("2 digits, read as one" in caption.value for caption in put(page, one, other).caption)
    across = {"type": "path", "path": [["M", 40, 140], ["L", 110, 120]], "strokeWidth": 18}
    assert any("Add to it" in caption.value for caption in put(page, one, across).caption)  # two strokes of one


def test_ones_own_drawing_is_on_the_canvas_once_and_going_back_brings_the_one_before(page, by_history):
    put(page, STEM)
    first, address = mine(page).image.drawing, dict(page.query_params)
    put(page, STEM, DOT)
    by_history(True)
    page.query_params["unit"] = "0|0|3|3"  # as Back and Forward do: the drawing is the same
    page.run()
    assert on_canvas(page) is None and mine(page).focus.unit == (3, 3, 0)
    page.query_params.clear()
    page.query_params.update(address)
    page.run()
    np.testing.assert_allclose(on_canvas(page), first, atol=1 / 255)
    assert not canvas(page)["initialDrawing"]["objects"]  # the strokes since then are gone


def test_a_drawing_of_another_page_is_on_the_canvas_and_ones_own_is_there_again_where_that_page_has_none(page):
    put(page, STEM)
    own = mine(page).image.drawing
    opened(page, "draw")
    opened(page, "playground")
    np.testing.assert_array_equal(mine(page).image.drawing, own)
    assert mine(page).image.source == "drawing" and on_canvas(page) is None
    mine(page).image.drawing = a_drawing()
    page.run()
    np.testing.assert_allclose(on_canvas(page), a_drawing(), atol=1 / 255)


@pytest.fixture
def by_history(monkeypatch):
    """Says whether the next requests are those of Back and Forward."""

    def say(value):
        for module in (links, address_of_page):
            monkeypatch.setattr(module, "through_history", lambda: value)

    return say


def visited(**params):
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params.update(params)
    return app.run()


def test_an_address_gives_another_visitor_the_same_view(page):
    drawing = np.zeros((28, 28), np.float32)
    drawing[5:20, 13:15] = 0.8
    mine(page).image.drawing, mine(page).image.source = drawing, "drawing"
    act(page, kind="set", identity=identity(page, 2), name="filters", value=9)
    act(page, kind="unit", unit="2|1|3|4")
    address = dict(page.query_params)
    assert set(address) == {"n", "image", "unit", "below"}
    other = visited(**address)
    assert not other.exception
    assert mine(other).editor.network == mine(page).editor.network
    assert mine(other).focus.unit == (3, 4, 1) and mine(other).focus.layer == (2,)
    np.testing.assert_allclose(mine(other).image.drawing, drawing, atol=1 / 255)
    assert mine(other).state(PlaygroundState).strip == "number"
    assert stage(other)["stages"][0]["values"] == stage(page)["stages"][0]["values"]


def test_at_the_first_visit_the_address_stays_clean(page):
    assert not page.query_params


def test_the_address_names_the_network_even_where_it_is_the_one_of_the_first_visit(page, by_history):
    act(page, kind="unit", unit="2|1|3|4")
    address = dict(page.query_params)
    assert to_token(LENET5, Recipe(), "mnist") in address["n"]
    mine(page).editor.open(SMALL)  # a reader who has another network of an earlier visit
    page.run()
    page.query_params.clear()
    page.query_params.update(address)
    by_history(True)
    page.run()
    assert mine(page).editor.network == LENET5 and mine(page).focus.unit == (3, 4, 1)
    mine(page).focus.look_at(None)
    mine(page).state(PlaygroundState).strip = "kernels"
    page.run()
    assert page.query_params["n"] == address["n"]  # all is as at first again, but others do not know that


def test_a_request_from_before_the_address_was_written_takes_no_edit_back(page):
    """The browser sends the address that it knows of, while the newer one is on its way."""
    first = dict(page.query_params)
    act(page, kind="set", identity=identity(page, 2), name="filters", value=12)
    second = dict(page.query_params)
    act(page, kind="set", identity=identity(page, 2), name="filters", value=11)
    edited = mine(page).editor.network
    for late in (second, first):
        page.query_params.clear()
        page.query_params.update(late)
        page.run()
        assert mine(page).editor.network == edited
    assert mine(page).editor.network.layers[2].filters == 11


def test_back_and_forward_bring_the_networks_of_their_addresses(page, by_history):
    addresses = [dict(page.query_params)]
    for filters in (12, 11):
        act(page, kind="set", identity=identity(page, 2), name="filters", value=filters)
        addresses.append(dict(page.query_params))
    for number, filters in ((1, 12), (2, 11), (1, 12), (0, 16), (1, 12)):
        page.query_params.clear()
        page.query_params.update(addresses[number])
        by_history(True)
        page.run()
        by_history(False)
        assert mine(page).editor.network.layers[2].filters == filters


def test_who_comes_back_from_another_page_finds_the_network_that_they_have_now(page):
    act(page, kind="unit", unit="2|1|3|4")
    page.query_params.clear()  # as the browser does on the way to another page
    opened(page, "build")
    mine(page).editor.open(SMALL)
    opened(page, "playground")
    assert mine(page).editor.network == SMALL


@pytest.mark.parametrize(
    "params",
    [
        {"image": "d!!!"},
        {"image": "d" + "A" * 200_000},
        {"image": "99999999"},
        {"image": "-3"},
        {"unit": "7|7"},
        {"unit": "0|0|99|0"},
        {"layer": "5.5.5"},
        {"below": "<b>"},
        {"n": "nonsense", "image": "3"},
    ],
)
def test_a_bad_address_shows_what_it_can(params):
    other = visited(**params)
    assert not other.exception
    assert mine(other).editor.network == LENET5 and mine(other).focus.unit is None


def test_a_drawing_that_unpacks_to_more_than_one_is_none():
    import base64
    import zlib

    bomb = "d" + base64.urlsafe_b64encode(zlib.compress(b"\0" * 5_000_000, 9)).decode()
    assert read_drawing(bomb) is None
    assert read_drawing("17") is None


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_stands_on_the_stage(app, name):
    mine(app).editor.begin_with(name)
    page = opened(app, "playground")
    assert not page.exception
    network = PRESETS[name].network
    assert [one["id"] for one in stage(page)["plan"]["nodes"]] == [
        ".".join(map(str, path)) for path, _ in network.walk()
    ]


def test_a_network_of_colour_is_drawn_with_a_black_image(app):
    mine(app).editor.open(Network((16, 16, 3), (Conv2D(4, (3, 3)),)))
    page = opened(app, "playground")
    assert not page.exception and "No answer" in words(page)
    assert stage(page)["stages"][0]["channels"] == 3
    assert json.dumps(stage(page))


def test_a_lesson_without_changes_shows_a_stage_that_is_locked():
    other = visited(n=to_token(LENET5, hidden=("edit",)))
    assert stage(other)["locked"]
    act(other, kind="remove", identity=identity(other, 0))
    assert mine(other).editor.network == LENET5


def test_the_tour_has_eight_stops_which_ask_about_facts_that_are_told(page):
    (data,) = components(page, "receptive_tour")
    assert len({stop["id"] for stop in data["stops"]}) == 8 and data["offered"]
    asked = {stop["act"]["fact"] for stop in data["stops"] if "fact" in stop["act"]}
    assert asked and asked <= data["facts"].keys()
    act(page, kind="set", identity=identity(page, 2), name="filters", value=8)
    (now,) = components(page, "receptive_tour")
    assert {name for name in asked if now["facts"][name] != data["facts"][name]} == {"network"}


def test_networks_without_an_answer_are_not_offered_and_nobody_is_told_to_start_them(page):
    offered = page.selectbox[0].options
    for preset in PRESETS.values():
        answers = not trace(preset.network, 10).problems
        assert any(preset.network.name in title for title in offered) is answers
    act(page, kind="remove", identity=identity(page, len(LENET5.layers) - 1))
    assert button(page, "Start").disabled and "Press Start" not in words(page)
