"""Every page as a visitor without a browser sees it: it works at once, and bad input gets a sentence."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from core.network import LENET5, PRESETS, Conv2D, Dense, Flatten, Network, residual_block, to_json, to_token
from core.training import Recipe, State, build_model
from core.training.foreign import weights_file
from core.ui.shell.help import HELP
from core.ui.shell.pages import PAGES
from tests.pages.conftest import ROOT, button, components, mine, opened, words


@pytest.mark.parametrize("page", PAGES)
def test_each_page_works_on_first_visit(app, page):
    opened(app, page)
    assert not app.exception
    assert app.title[0].value
    told = HELP[page]
    assert [one.value for one in app.markdown].count(told.sentences) == 1
    assert len(app.get("page_link")) >= 1 + bool(told.terms)  # the way on, besides that of the help mark


@pytest.mark.parametrize("page", PAGES)
def test_a_first_visit_to_any_page_gives_the_visitor_their_cookie(app, page):
    """Also where the page ends early, as Runs does before the first training."""
    opened(app, page)
    assert components(app, "receptive_remember")


def test_the_sidebar_names_the_network_and_its_size(app):
    assert "LeNet-5" in app.sidebar.markdown[0].value and "61,706 parameters" in app.sidebar.markdown[0].value


def test_the_list_shows_shape_parameters_and_field_of_each_layer(app):
    facts = " ".join(element.proto.body for element in app.get("html"))
    for part in ("28×28×6", "2,416 parameters", "sees 14×14", "48,120 parameters"):
        assert part in facts


def test_editing_a_layer_changes_what_follows_and_undo_brings_it_back(app):
    app.number_input(key="layer/0/1/filters").set_value(12).run()
    assert mine(app).editor.network.at((0,)) == LENET5.at((0,)).replaced(filters=12)
    facts = " ".join(element.proto.body for element in app.get("html"))
    assert "28×28×12" in facts and "4,816 parameters" in facts
    button(app, "Undo").click().run()
    assert mine(app).editor.network == LENET5
    button(app, "Redo").click().run()
    assert mine(app).editor.network.at((0,)).filters == 12


def test_a_kernel_size_is_one_choice_away(app):
    app.selectbox(key="layer/0/1/kernel_size").set_value("7×7").run()
    assert mine(app).editor.network.at((0,)).kernel_size == (7, 7)
    assert not app.exception


def test_layers_are_added_moved_duplicated_and_deleted(app):
    button(app, "MaxPooling2D").click().run()
    assert type(mine(app).editor.network.at((1,))).__name__ == "MaxPooling2D"
    assert mine(app).editor.selected == (1,)
    button(app, "Down").click().run()
    assert type(mine(app).editor.network.at((2,))).__name__ == "MaxPooling2D"
    button(app, "Duplicate").click().run()
    assert len(mine(app).editor.network.layers) == 10
    button(app, "Delete").click().run()
    button(app, "Up").click().run()
    button(app, "Delete").click().run()
    assert not app.exception


def test_everything_can_be_deleted_and_the_page_says_how_to_go_on(app):
    for _ in range(8):
        button(app, "Delete").click().run()
    assert mine(app).editor.network.layers == ()
    assert not app.exception
    assert "no layers yet" in words(app)
    button(app, "Flatten").click().run()
    assert mine(app).editor.network.layers == (Flatten(),)


def test_a_preset_is_one_choice_away(app):
    app.selectbox(key="build/0/preset").set_value("A1").run()
    assert mine(app).editor.network == PRESETS["A1"].network
    assert {metric.label: metric.value for metric in app.metric}["Parameters"] == "407,050"


def test_a_problem_stands_at_its_layer_and_training_is_refused_with_it(app):
    mine(app).editor.edit(LENET5.replaced((0,), Conv2D(6, 15)).replaced((2,), Conv2D(16, 9)))
    app.run()
    problem = "Conv2D 9×9 needs at least 9×9 pixels, but only 7×7 are left"
    assert problem in app.error[0].value
    mine(app).editor.selected = (2,)
    app.run()
    assert not app.error  # where the layer is open, it stands below its settings
    assert any(f'role="alert">{problem}' in element.proto.body for element in app.get("html"))
    opened(app, "train")
    start = button(app, "Start")
    assert start.disabled
    assert "Layer 3: Conv2D 9×9 needs" in words(app)


def test_a_network_too_large_is_refused_on_the_page(app):
    mine(app).editor.edit(Network((28, 28, 1), (Flatten(), Dense(8192), Dense(8192), Dense(10, "softmax"))))
    opened(app, "train")
    assert button(app, "Start").disabled
    assert "Layer 3 (Dense 8192)" in words(app)


def test_training_runs_in_the_background_and_is_followed(app):
    opened(app, "train")
    mine(app).editor.recipe = Recipe(epochs=1)
    button(app, "Start").click().run()
    assert not app.exception
    assert mine(app).run.wait(60)
    app.run()
    assert mine(app).run.snapshot.state is State.FINISHED
    shown = {metric.label: metric.value for metric in app.metric}
    assert float(shown["Test accuracy"].rstrip(" %")) > 90
    assert len(app.get("vega_lite_chart")) == 4  # the planned rate, two curves and the confusion matrix
    for page in ("kernels", "feature_maps", "receptive_fields", "draw"):
        opened(app, page)
        assert not app.exception
        assert mine(app).focus.subject == "run"  # one's own network is what one looks into


def test_stop_ends_a_run_and_keeps_its_weights(app):
    opened(app, "train")
    mine(app).editor.recipe = Recipe(epochs=100)
    button(app, "Start").click().run()
    run = mine(app).run
    while run.version == 0:
        assert run.active
        run.wait(0.05)
    app.run()
    app.button(key=f"train/stop/{run.created}").click().run()
    assert run.wait(30)
    app.run()
    assert run.snapshot.state is State.STOPPED
    assert "kept" in words(app)


def test_a_rate_that_explodes_is_explained_on_the_page(app):
    opened(app, "train")
    mine(app).editor.edit(Network((28, 28, 1), (Flatten(), Dense(32), Dense(10, "softmax"))))  # nothing cuts it off
    mine(app).editor.recipe = Recipe(optimizer="SGD", learning_rate=1000.0)
    button(app, "Start").click().run()
    mine(app).run.wait(60)
    app.run()
    assert "so nothing can be learned any more" in app.error[0].value
    opened(app, "feature_maps")
    assert not app.exception


def test_the_presets_recipe_is_one_click_away(app):
    opened(app, "train")
    app.number_input(key="recipe/0/epochs").set_value(7).run()
    assert "yours, with Epochs 7 (preset: 3)" in words(app)
    button(app, "Use the preset's recipe").click().run()
    assert mine(app).editor.recipe == PRESETS["LeNet-5"].recipe
    assert not mine(app).editor.set_by_hand


def test_an_answer_appears_for_a_drawing_and_other_pages_can_show_it(app):
    opened(app, "draw")
    assert {metric.label: metric.value for metric in app.metric}["Prediction"] == "–"
    points = [["M", 140, 40], ["Q", 140, 90, 141, 140], ["L", 140, 240]]
    app.session_state["canvas/0"] = drawn([{"type": "path", "path": points, "strokeWidth": 18}])
    app.run()
    assert not app.exception
    assert {metric.label: metric.value for metric in app.metric}["Prediction"] == "1"
    opened(app, "feature_maps")
    assert mine(app).image.source == "drawing"
    assert "your drawing" in words(app)


def test_draw_begins_with_the_network_for_drawings_and_other_pages_with_lenet(app):
    def network():
        return next(choice for choice in app.segmented_control if choice.label == "Network")

    opened(app, "draw")
    assert network().value == "draw"
    opened(app, "feature_maps")
    assert network().value == "lenet5" and mine(app).focus.subject is None
    network().set_value("seven-thousand").run()
    assert not app.exception
    opened(app, "draw")  # what was chosen is what all pages are about
    assert network().value == "seven-thousand"
    network().set_value("draw").run()
    opened(app, "feature_maps")
    assert network().value == "draw" and not app.exception


def test_it_says_whether_the_answer_is_sure(app):
    opened(app, "draw")
    stem = [["M", 140, 40], ["L", 140, 240]]
    app.session_state["canvas/0"] = drawn([{"type": "path", "path": stem, "strokeWidth": 18}])
    app.run()
    assert "**Confident**" in words(app) and "Not confident" not in words(app)
    bars = [[["M", x, 40], ["L", 270 - x, 240]] for x in (40, 100, 160, 220)]  # they cross: one drawing
    app.session_state["canvas/0"] = drawn([{"type": "path", "path": bar, "strokeWidth": 18} for bar in bars])
    app.run()
    assert "**Not confident**" in words(app) and "**Confident**" not in words(app)


@pytest.mark.parametrize(
    "objects", [None, 7, [None], [{"path": 3}], [{"path": [["M"], ["Q", 1], ["M", "a", {}], [], 5, ["M", 1e99, 0]]}]]
)
def test_nonsense_from_the_canvas_is_no_drawing(app, objects):
    opened(app, "draw")
    app.session_state["canvas/0"] = drawn(objects)
    app.run()
    assert not app.exception
    assert mine(app).image.drawing is None


def drawn(objects):
    """What the canvas component sends."""
    picture = io.BytesIO()
    Image.fromarray(np.zeros((4, 4, 4), np.uint8)).save(picture, "PNG")
    url = "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode()
    return {"drawing": {"raw": {"objects": objects}, "data": url}}


def test_a_network_that_takes_no_digits_says_so_on_draw(app):
    session = mine(app)
    session.editor.network = Network((32, 32, 3), (Flatten(), Dense(10, "softmax")))
    opened(app, "train")
    assert button(app, "Start").disabled
    assert "32×32×3" in words(app)


def test_two_visitors_do_not_see_each_other(app):
    from streamlit.testing.v1 import AppTest

    other = AppTest.from_file(str(app._script_path), default_timeout=60).run()
    app.number_input(key="layer/0/1/filters").set_value(9).run()
    other.run()
    assert mine(other).editor.network == LENET5
    assert mine(app).editor.network != LENET5


def test_a_residual_block_is_one_click_and_its_branches_are_edited_like_the_rest(app):
    button(app, "Residual block").click().run()
    session = mine(app)
    assert session.editor.network.at((1,)) == residual_block(6)  # as many channels as layer 1 puts out
    assert not app.error
    app.button(key="select/2.1.2").click().run()
    app.number_input(key=f"layer/{session.editor.widgets}/2.1.2/filters").set_value(7).run()
    assert "28×28×7" in app.error[0].value and "28×28×6" in app.error[0].value  # the join names both shapes
    app.button(key="select/2.2").click().run()
    button(app, "Conv2D").click().run()
    assert len(session.editor.network.at((1,)).branches[1]) == 1  # the identity has got a layer
    assert session.editor.selected == (1, 1, 0)
    app.button(key="select/2").click().run()
    button(app, "Add a branch").click().run()
    assert len(session.editor.network.at((1,)).branches) == 3 and session.editor.selected == (1, 2)
    button(app, "Remove branch").click().run()
    assert len(session.editor.network.at((1,)).branches) == 2 and session.editor.selected == (1,)
    app.selectbox(key=f"layer/{session.editor.widgets}/2/merge").set_value("concatenate").run()
    assert session.editor.network.at((1,)).merge == "concatenate"
    for _ in range(6):
        button(app, "Undo").click().run()
        assert not app.exception
    assert mine(app).editor.network == LENET5


def test_the_last_edit_shows_what_it_changed(app):
    app.number_input(key="layer/0/1/filters").set_value(12).run()
    deltas = {metric.label: metric.delta for metric in app.metric}
    assert deltas["Parameters"] == "+2,556"  # 5·5·1·6 + 6 and 5·5·6·16 more
    app.selectbox(key="layer/0/1/kernel_size").set_value("7×7").run()
    assert {metric.label: metric.delta for metric in app.metric}["Last map sees"] == "was 16×16"


def figures(app) -> dict:
    return {metric.label: metric.value for metric in app.metric}


def deltas(app) -> list:
    return [metric.delta for metric in app.metric if metric.delta]


def test_opening_another_network_is_no_edit(app):
    app.selectbox(key="build/0/preset").set_value("A1").run()
    assert not deltas(app)
    button(app, "Undo").click().run()
    assert not deltas(app)
    assert not deltas(visited(to_token(PRESETS["B4"].network)))


def test_an_empty_network_has_no_numbers(app):
    for _ in range(8):
        button(app, "Delete").click().run()
    assert not deltas(app)
    assert set(figures(app).values()) == {"–"}


@pytest.mark.parametrize(("name", "sees"), [("A1", "–"), ("A3", "–"), ("ResNet", "25×25")])
def test_the_totals_name_the_last_map_if_there_is_one(app, name, sees):
    app.selectbox(key="build/0/preset").set_value(name).run()
    assert figures(app)["Last map sees"] == sees


def test_multiply_adds_are_written_in_units_that_go_together(app):
    app.selectbox(key="build/0/preset").set_value("B4").run()
    assert figures(app)["Multiply-adds"].endswith(" M")
    app.selectbox(key=f"build/{mine(app).editor.widgets}/preset").set_value("B2").run()
    assert figures(app)["Multiply-adds"] == "9.22 G"
    assert figures(app)["Parameters"] == "563,264"


def test_a_preset_brings_its_settings_for_training_and_undo_takes_them_back(app):
    own = mine(app).editor.recipe
    app.selectbox(key="build/0/preset").set_value("E3").run()
    assert mine(app).editor.recipe == PRESETS["E3"].recipe
    assert "Memory, batch 1" in figures(app)
    assert "Recipe for Train: the preset's (SGD 0.01, batch 1, 20 epochs" in words(app)
    button(app, "Undo").click().run()
    assert (mine(app).editor.network, mine(app).editor.recipe) == (LENET5, own)
    button(app, "Redo").click().run()
    assert mine(app).editor.recipe == PRESETS["E3"].recipe
    app.selectbox(key=f"build/{mine(app).editor.widgets}/preset").set_value("B1").run()  # has none
    assert mine(app).editor.recipe == PRESETS["E3"].recipe


def test_presets_are_listed_by_group_and_name_and_their_source_has_the_number(app):
    options = app.selectbox(key="build/0/preset").options
    assert "Classic: LeNet-5, batch 1" in options and "Modern: Small VGG" in options
    groups = [option.partition(":")[0] for option in options]
    assert list(dict.fromkeys(groups)) == ["Classic", "Dense", "Small", "Modern"] and groups == sorted(
        groups, key=["Classic", "Dense", "Small", "Modern"].index
    )
    assert not any(re.search(r"\b[A-E]\d[ab]?\b", preset.summary) for preset in PRESETS.values())
    app.selectbox(key="build/0/preset").set_value("A4a").run()
    assert "(Analytics Vidhya), here A4a." in words(app)


def test_a_network_for_other_images_says_for_which_and_can_be_changed(app):
    app.selectbox(key="build/0/preset").set_value("B1").run()
    assert "expects images of 128×128×3, but those of MNIST digits are 28×28×1. Change its input" in words(app)
    assert "a digit is up to" not in words(app)
    button(app, "Change the input to 28×28×1").click().run()
    assert mine(app).editor.network.input_shape == (28, 28, 1)
    assert mine(app).editor.network.layers == PRESETS["B1"].network.layers
    assert "Add Flatten and Dense 10" in words(app)  # the next step
    button(app, "Undo").click().run()
    assert mine(app).editor.network == PRESETS["B1"].network


def test_what_is_wrong_with_a_layer_is_said_once(app):
    mine(app).editor.edit(LENET5.replaced((0,), Conv2D(6, 15)).replaced((2,), Conv2D(16, 9)))
    app.run()
    assert words(app).count("Conv2D 9×9 needs") == 1
    assert "Layer 3 cannot work" in words(app)


def test_branches_show_what_all_their_layers_own(app):
    button(app, "Residual block").click().run()
    facts = [element.proto.body for element in app.get("html") if "the join has none" in element.proto.body]
    assert len(facts) == 1 and "660 parameters" in facts[0]  # twice 3·3·6·6 + 6


def test_what_was_added_is_shown_and_takes_the_focus(app):
    assert mine(app).reveals.number == 0
    button(app, "Conv2D").click().run()
    assert [toast.value for toast in app.toast] == ["Added as layer 2: Conv2D."]
    button(app, "Down").click().run()
    button(app, "Delete").click().run()
    assert mine(app).reveals.number == 3
    app.number_input(key=f"layer/{mine(app).editor.widgets}/3/filters").set_value(12).run()
    assert mine(app).reveals.number == 3  # who types is left alone


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_opens_without_a_traceback(app, name):
    app.selectbox(key="build/0/preset").set_value(name).run()
    assert not app.exception
    assert mine(app).editor.network == PRESETS[name].network


def visited(token):
    """The app as opened through a link."""
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["n"] = token
    return app.run()


def test_a_link_brings_network_recipe_and_dataset(app):
    recipe = Recipe(epochs=7, learning_rate=0.02, optimizer="SGD", seed=9)
    other = visited(to_token(PRESETS["B4"].network, recipe, "fashion_mnist"))
    assert not other.exception
    assert mine(other).editor.network == PRESETS["B4"].network
    assert (mine(other).editor.recipe, mine(other).editor.dataset) == (recipe, "fashion_mnist")
    assert mine(app).editor.network == LENET5  # nobody else is touched


@pytest.mark.parametrize("token", ["", "nonsense", "1" + "A" * 30_000, "9abc", "1%00<script>"])
def test_a_bad_link_gives_a_plain_message_and_the_default_network(app, token):
    other = visited(token)
    assert not other.exception
    assert mine(other).editor.network == LENET5
    assert not token or ("link" in other.error[0].value and "You see “LeNet-5” instead." in other.error[0].value)


def test_a_lesson_hides_what_its_teacher_left_out(app):
    other = visited(to_token(LENET5, hidden=("edit", "train", "inside")))
    assert not other.exception
    assert all(widget.disabled for widget in other.number_input)
    assert not [b for b in other.button if b.label in ("Delete", "Conv2D", "Undo")]
    assert [one.proto.label for one in other.get("page_link")] == [
        "All terms: Glossary"
    ]  # the way to Train is hidden
    assert "look at it" in words(other) and "change it" not in words(other)
    assert "ready to learn" not in words(other)
    other.switch_page("pages/draw.py").run()
    assert not other.exception


def uploaded(app, name: str, content: bytes):
    """A file handed in through Import."""
    app.file_uploader[0].set_value((name, content, "application/octet-stream")).run()
    assert not app.exception
    return app


def test_a_network_goes_out_as_json_and_comes_back(app):
    recipe = Recipe(epochs=11)
    uploaded(app, "b4.json", to_json(PRESETS["B4"].network, recipe, "fashion_mnist").encode())
    button(app, "Open “All of it”").click().run()
    assert (mine(app).editor.network, mine(app).editor.recipe) == (PRESETS["B4"].network, recipe)
    assert mine(app).editor.dataset == "fashion_mnist"
    assert app.toast[0].value.startswith("Imported “All of it”.")


def test_a_trained_model_goes_out_and_comes_back(app, random):
    model = build_model(LENET5, seed=5)
    uploaded(app, "mine.npz", weights_file(LENET5, model.get_weights(), tuple("0123456789")))
    button(app, "Open “LeNet-5” with its weights").click().run()
    back = mine(app).imported.model()
    image = random.random((1, 28, 28, 1), np.float32)
    np.testing.assert_allclose(back(image), model(image), atol=1e-6)
    opened(app, "feature_maps")
    assert not app.exception
    assert mine(app).focus.subject == "imported"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.json", b"\xff\xfe"), ("x.json", b"{}"), ("x.json", b"[" * 100_000),
        ("x.npz", b"no zip"), ("x.keras", b"PK\x03\x04"), ("x.h5", b"\x89HDF\r\n\x1a\nbroken"),
    ],
)  # fmt: skip
def test_a_bad_file_gets_a_sentence(app, name, content):
    uploaded(app, name, content)
    assert app.error[0].value
    assert mine(app).editor.network == LENET5


@pytest.mark.parametrize(
    ("layer", "unit", "said"),
    [
        ((0,), (0, 0, 2), "Layer 1 · Conv2D, map 3, row 1, column 1"),
        ((3,), (4, 4, 15), "Layer 4 · AveragePooling2D, map 16, row 5, column 5"),
        ((4,), (399,), "Layer 5 · Flatten, unit 400"),
        ((7,), (3,), "Layer 8 · Dense, unit 4"),
    ],
)
def test_a_number_is_explained_and_is_the_models_own(app, layer, unit, said):
    opened(app, "feature_maps")
    mine(app).focus.look_into(LENET5)
    mine(app).focus.explain(layer, unit)
    app.run()
    assert not app.exception
    assert said in words(app) and "there: the same." in words(app)
    button(app, "Close").click().run()
    assert mine(app).focus.layer == layer and "there: the same." not in words(app)


def test_a_picture_that_was_sent_can_be_looked_into_and_an_empty_one_is_explained(app):
    opened(app, "feature_maps")
    page = np.zeros((60, 40, 4), np.uint8)
    page[..., 3] = 255
    page[10:50, 18:22, :3] = 255
    app.session_state["maps/source/2"], mine(app).image.upload = "upload", page
    app.run()
    assert not app.exception
    assert "Input: your picture. The network predicts **1**" in words(app)
    mine(app).image.upload = np.full((60, 40, 4), 255, np.uint8)
    app.run()
    assert not app.exception
    assert "Nothing stands out" in app.warning[0].value


def test_a_run_of_another_network_than_the_editors_says_so(app):
    trained_twice(app)
    opened(app, "feature_maps")
    assert "Showing the network of this run, not the one on Build." not in words(app)
    mine(app).editor.edit(LENET5)
    app.run()
    assert "Showing the network of this run, not the one on Build." in words(app)


def test_a_place_in_another_network_is_forgotten(app):
    opened(app, "feature_maps")
    mine(app).focus.inside_of, mine(app).focus.layer, mine(app).focus.unit = PRESETS["C5"].network, (20,), (0, 0, 0)
    app.run()
    assert not app.exception
    assert mine(app).focus.layer is None and mine(app).focus.unit is None


def trained_twice(app):
    """Two short runs, the newer one with another network."""
    opened(app, "train")
    for network in (LENET5, Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Plain")):
        mine(app).editor.edit(network)
        mine(app).editor.recipe = Recipe(epochs=1, training_images=500)
        app.run()
        app.button(key="train/start").click().run()
        assert mine(app).run.wait(60)
        app.run()
    return mine(app).workspace.runs


def test_one_of_several_runs_is_chosen_wherever_one_looks_inside(app):
    _, lenet = trained_twice(app)
    for page in ("kernels", "feature_maps", "draw"):
        opened(app, page)
        assert not app.exception
        chooser = next(box for box in app.selectbox if box.label == "Run")
        assert chooser.options == ["Plain", "LeNet-5"]
        chooser.select_index(1 - mine(app).workspace.runs.index(mine(app).run)).run()
        assert not app.exception
    assert mine(app).run is lenet  # three times the other one


def test_results_of_an_earlier_run_are_called_so_beside_another_network(app):
    trained_twice(app)
    assert "results of an earlier run" not in words(app)
    mine(app).editor.edit(LENET5)
    app.run()
    assert "results of an earlier run, **Plain**. Press Start anew to train **LeNet-5**" in words(app)


def test_networks_are_in_one_order_on_every_page(app):
    rows = {}
    for page in ("draw", "feature_maps", "kernels", "why", "mistakes"):
        opened(app, page)
        row = next(row for row in app.segmented_control if row.label == "Network")
        rows[page] = (tuple(row.options), row.value)
    assert len({options for options, _ in rows.values()}) == 1
    assert rows["draw"][1] == "draw" and rows["kernels"][1] == "lenet5"


def test_runs_are_compared_chosen_and_deleted(app):
    plain, _ = trained_twice(app)
    opened(app, "runs")
    assert not app.exception
    assert list(app.dataframe[0].value["Name"]) == ["Plain", "LeNet-5"]
    chooser = next(box for box in app.selectbox if box.label == "Run")
    chooser.select_index(1).run()
    button(app, "Delete it").click().run()
    assert not app.exception
    assert mine(app).workspace.runs == [plain]
    button(app, "Delete it").click().run()
    assert not app.exception and mine(app).run is None
    assert "not trained anything yet" in words(app)
