"""An accuracy of fewer than 100 images stands on no page without its confidence interval."""

import re
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.data import datasets
from core.network import Dense, Flatten, Network
from core.study.memory import forget_all
from core.training import Recipe
from core.ui.widgets.studies import StudyState
from tests.pages.conftest import mine, opened, studied

TESTS, TRAINED, APART = 60, 500, 50
ACCURACY = r"\d+\.\d\d %"
RANGE = r"\d+\.\d\d – \d+\.\d\d %"
# What is a share, and no accuracy of images.
OTHERS = (
    rf"calibration error {ACCURACY}",
    rf"its probability is {ACCURACY}",
    rf"stays below {ACCURACY}",
    rf"goes from {ACCURACY} to {ACCURACY}",
    rf"between {ACCURACY} and {ACCURACY}",
    rf"right at {ACCURACY}",
    rf"{ACCURACY} answered",
    rf"\d \({ACCURACY}\)",  # of a prediction: its probability; of a count: its share
    rf"highest is \d with {ACCURACY}",
    rf"\*\* · {ACCURACY}, ",
    rf"→ [^:]*{ACCURACY}",
)
SHARES = {"Error before", "Error after", "By chance up to"}  # columns


@pytest.fixture
def few(app, monkeypatch) -> AppTest:
    """The app on a dataset with 60 test images, and with a run that was tested on them and on 50 of its own."""
    read = datasets._read

    def small(name, path):
        whole = read(name, path)
        return replace(whole, x_test=whole.x_test[:TESTS], y_test=whole.y_test[:TESTS])

    forget_all()
    monkeypatch.setattr(datasets, "_read", small)
    network = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Plain")
    recipe = Recipe(epochs=2, training_images=TRAINED, validation_share=APART / TRAINED)
    runs = [mine(app).workspace.start(network, "mnist", recipe.replaced(seed=seed)) for seed in (1, 2)]
    for run in runs:
        assert run.wait(60)
    mine(app).choose_run(runs[-1])
    mine(app).editor.open(network, recipe.replaced(seed=2))
    mine(app).focus.subject = "run"
    mine(app).state(StudyState).chosen = tuple(f"run/{run.created}" for run in runs)
    yield app
    forget_all()


def told(app: AppTest) -> list[str]:
    """All sentences, cells, figures with what stands below them, and text alternatives of a page."""
    kinds = ("markdown", "caption", "info", "warning", "success", "error")
    found = [element.value for kind in kinds for place in (app.main, app.sidebar) for element in place.get(kind)]
    found += [f"{metric.value} ({metric.delta})" if metric.delta else metric.value for metric in app.metric]
    for table in (*app.table, *app.dataframe):
        for row in table.value.to_dict("records"):
            found += [str(cell) for column, cell in row.items() if column not in SHARES]
    found += [element.proto.body for element in app.get("html") if "<figure" not in element.proto.body]
    found += [element.proto.text for element in app.get("progress")]
    found += [chart.proto.alt for chart in app.get("vega_lite_chart")]
    return found


def bare(text: str) -> list[str]:
    """The accuracies in a text that have no interval."""
    text = " ".join(re.sub("<[^>]*>", " ", text).split())
    text = re.sub(rf"{ACCURACY}(?: right)? \({RANGE}\)", "", text)
    for other in OTHERS:
        text = re.sub(other, "", text)
    return [one for one in re.findall(ACCURACY, text) if of_few(float(one.removesuffix(" %")))]


def of_few(figure: float) -> bool:
    """Whether so many per cent can be a share of the 60 images, or of the 50: most other figures cannot."""
    return any(abs(figure - 100 * round(figure * images / 100) / images) < 0.006 for images in (TESTS, APART))


STUDIES = {
    "compare": ("compare",),
    "robustness": ("robustness", "film", "mistakes"),
    "calibration": ("calibration",),
    "equivariance": (),
    "size": (),
    "price": (),
    "cures": (),
    "runs": (),
    "train": (),
    "mistakes": (),
    "playground": (),
    "teach": (),
}


@pytest.mark.parametrize("page", STUDIES)
def test_no_accuracy_of_few_images_stands_without_its_interval(few, page):
    studied(opened(few, page), *STUDIES[page])
    texts = told(few)
    if page in ("compare", "calibration", "runs", "train", "mistakes", "playground"):
        assert any(re.search(RANGE, text) for text in texts)
    assert {text: bare(text) for text in texts if bare(text)} == {}
