"""The page Accuracy against size: points, what a click opens, and runs that have no point."""

import csv
import io
import json

from core.network import LENET5, PRESETS, Dense, Flatten, Network
from core.network.reproduced import FILE
from core.study.size import all_points, frontier
from core.training import Recipe, State
from core.ui.pages.size.scatter import DIGITS
from core.ui.pages.size.state import SizeState
from core.ui.widgets.downloads import as_csv
from core.views.size import size_table
from tests.pages.conftest import button, files, mine, opened, went_to, words
from tests.pages.test_compare import trained
from tests.waiting import until

PLAIN = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Plain")


def alt(app) -> str:
    (chart,) = app.get("vega_lite_chart")
    return chart.proto.alt


def table(app) -> list[dict]:
    (found,) = app.dataframe
    return found.value.to_dict("records")


def field(app):
    return next(one for one in app.selectbox if one.label == "Network")


def test_measured_and_published_networks_are_there_from_the_first_visit(app):
    opened(app, "size")
    assert not app.exception
    points = all_points()
    best = frontier(points)[-1]
    assert alt(app).startswith(f"Accuracy over parameters: {len(points)} networks.") and best.name in alt(app)
    assert len(table(app)) == len(points)
    assert f"{best.name}, measured here: {100 * best.accuracy:.2f} %" in words(app)
    assert "How to read it" in words(app) and "reach the articles’ aim: 99.4 %" in words(app)
    assert {"accuracy-against-size.csv", "accuracy-against-size.svg"} <= files(app)


def test_the_file_has_the_figures_of_the_chart():
    lines = list(csv.DictReader(io.StringIO(as_csv(size_table(all_points())).decode("utf-8-sig"))))
    row = next(line for line in lines if line["Network"] == "Seven thousand" and line["From"] == "measured here")
    accuracy = json.loads(FILE.read_text("utf-8"))["C5"]["selected"]["test_accuracy"]
    assert (row["Accuracy (%)"], row["Parameters"], row["Of"]) == (f"{accuracy * 100:.2f}", "7338", "test images")


def test_an_opened_preset_has_a_button_that_leads_to_the_editor_with_its_recipe(app):
    opened(app, "size")
    mine(app).state(SizeState).opened = "measured here/A4b/1"
    app.run()
    assert field(app).value == "measured here/A4b/1" and "LeNet-5 with dropout, measured here: 99.41 %" in words(app)
    button(app, "Open in the editor").click().run()
    assert went_to(app) == "build"
    preset = PRESETS["A4b"]
    assert (mine(app).editor.network, mine(app).editor.recipe) == (preset.network, preset.improved)


def test_the_field_opens_a_point_too(app):
    opened(app, "size")
    field(app).set_value("published/E1/0").run()
    assert "LeNet-5 of 1998, published: 92.92 % of the test images; 61,706 parameters" in words(app)
    assert mine(app).state(SizeState).opened == "published/E1/0"


def test_another_size_leaves_out_what_does_not_tell_it(app):
    opened(app, "size")
    app.button_group(key="size/axis").set_value("seconds").run()
    published = sum(point.seconds is None for point in all_points())
    assert not app.exception and alt(app).startswith("Accuracy over seconds to train")
    assert f"{published} networks without a point here: their sources do not tell (seconds to train)." in words(app)
    assert "network without a point" not in words(app)
    app.button_group(key="size/spread").set_value("even").run()
    assert not app.exception


def test_a_run_is_a_point_and_leads_to_where_it_is_shown(app):
    run = trained(app, name="Mine")
    opened(app, "size")
    field(app).set_value(f"run/{run.created}").run()
    assert f"Mine, your run: {100 * run.snapshot.test_accuracy:.2f} %" in words(app) and "Finished." in words(app)
    assert any(row["Network"] == "Mine" and row["State"] == "Finished" for row in table(app))
    button(app, "Look inside").click().run()
    assert went_to(app) == "feature_maps" and mine(app).run is run and mine(app).focus.subject == "run"


def test_a_run_that_trains_moves_and_the_picture_waits_for_its_end(app):
    run = mine(app).workspace.start(PLAIN, "mnist", Recipe(epochs=200, training_images=500))
    try:
        until(lambda: run.snapshot.test_accuracy is not None)
        opened(app, "size")
        assert not app.exception
        assert any(row["Network"] == "Plain" and row["State"].startswith("Epoch ") for row in table(app))
        assert "accuracy-against-size.svg" not in files(app)
    finally:
        run.stop()
        assert run.wait(60)


def test_runs_without_an_accuracy_are_named_with_the_reason(app):
    wild = trained(app, LENET5, name="Wild", optimizer="SGD", learning_rate=1000.0)
    now = wild.snapshot
    assert now.state is State.FAILED and now.evaluated_accuracy is None
    opened(app, "size")
    assert not app.exception
    assert f"Without a point, as there is no accuracy yet: “Wild” (failed: {now.message.rstrip('.')})." in words(app)
    assert not any(row["Network"] == "Wild" for row in table(app))


def test_runs_on_other_images_have_a_chart_of_their_own(app):
    other = mine(app).workspace.start(PLAIN, "fashion_mnist", Recipe(epochs=1, training_images=500))
    assert other.wait(60)
    opened(app, "size")
    assert "1 run of yours on other test images: choose those above." in words(app)
    assert not any(row["From"] == "your run" for row in table(app))
    choice = next(one for one in app.button_group if one.label == "Test images")
    choice.set_value(next(title for title in choice.options if title != DIGITS)).run()
    assert not app.exception
    assert alt(app).startswith("Accuracy over parameters: 1 network.") and "articles’ aim" not in words(app)
    assert [row["Network"] for row in table(app)] == ["Plain"]


def test_a_lesson_that_locks_the_editor_leaves_it_locked(app):
    mine(app).hidden = ("edit",)
    opened(app, "size")
    assert not app.exception and button(app, "Open in the editor").disabled
