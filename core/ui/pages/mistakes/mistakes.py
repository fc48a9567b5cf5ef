"""The pieces of the page Mistakes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import streamlit as st

from core.data import Dataset, load
from core.insight import Predictions, Projection, last_hidden, projected
from core.network import trace
from core.network.percentages import rough_percent
from core.network.words import counted
from core.ui.pages.mistakes.state import MistakesState
from core.ui.shell.frame import certainty, look, percent, plain
from core.ui.shell.private import bring_into_view
from core.ui.shell.session import Session
from core.ui.widgets.clicks import clicked_datum
from core.ui.widgets.downloads import download_chart, download_table, download_tiles
from core.ui.widgets.evaluation import evaluated_test_images
from core.ui.widgets.galleries import clickable_gallery
from core.ui.widgets.layers import how_many, layer_words
from core.ui.widgets.model_view import ModelView
from core.ui.widgets.opened_image import open_buttons, opened_image
from core.views.charts import confusion
from core.views.glossary import defined
from core.views.images import INK_SCALE, Tile, cell_size, shown_image
from core.views.inside import plane
from core.views.wording import few_range

LIVE_SECONDS = 5.0  # all test images are evaluated anew each time
FIRST, MOST = 24, 100
ON_PLANE = 1000
IMAGE_PX = 84
CELL_HEIGHT = 370


def mistakes(mine: Session, subject: ModelView) -> None:
    """All of the page that depends on the weights."""
    data = load(subject.dataset)
    mine.state(MistakesState).look_into(subject.dataset)
    predictions = evaluated_test_images(mine, subject, data)
    if not np.isfinite(predictions.probabilities).all():
        st.warning("The weights of this network are no longer numbers, so its predictions mean nothing.")
        return
    # All that takes long comes before the pictures, so that these change at once.
    at = _projected(mine, subject, data, min(ON_PLANE, len(predictions.labels)))
    with st.container(key="mistakes-shown"):
        _shown(mine, subject, predictions, data, at)


def _shown(mine: Session, subject: ModelView, predictions: Predictions, data: Dataset, at: Projection) -> None:
    """The results; what is shown stays as it is while newer weights are evaluated, and the bar above says that they are."""
    surest = predictions.most_confident_mistakes(MOST)
    wrong = int((predictions.predicted != predictions.labels).sum())
    with st.container(horizontal=True):
        ends = few_range(predictions.accuracy, len(predictions.labels))
        st.metric(
            "Test accuracy", percent(predictions.accuracy), ends or None, "off", delta_arrow="off", width=165,
            help=defined("accuracy"),
        )  # fmt: skip
        st.metric("Mistakes", f"{wrong:,}", width=165, help="Test images that it misclassifies.")
    matrix, cell = st.columns([6, 5], gap="large")
    with matrix:
        open_cell = _matrix(mine, subject, predictions, data)
    with cell, st.container(key="mistakes/cell"):
        _cell(mine, subject, predictions, data, open_cell)
    bring_into_view(mine.reveals, "mistakes/cell")
    _surest(mine, subject, predictions, data, surest, wrong)
    _plane(mine, subject, predictions, data, at)
    _opened(mine, predictions, data, surest)


def _matrix(mine: Session, subject: ModelView, predictions: Predictions, data: Dataset) -> tuple[int, int]:
    """True class by predicted class; a click on a cell, or the two choices beside it, shows its images.

    Returns (true, predicted) of the cell that is open: the visitor's, or else that of the most frequent mistake,
    which may be another one with newer weights.
    """
    own = mine.state(MistakesState)
    names, counts = data.class_names, predictions.confusion
    if own.confused is not None and max(own.confused) >= len(names):
        own.confused = None
    open_cell = own.confused or _most_confused(counts)
    if own.confused is None:
        own.cell = open_cell
    key = f"mistakes/matrix/{subject.dataset}"

    def clicked() -> None:
        cell = clicked_datum(key, "cell")
        row, column = cell.get("row"), cell.get("column")
        if isinstance(row, int) and isinstance(column, int) and {row, column} <= set(range(len(names))):
            own.confused = own.cell = row, column
            mine.reveals.renew()

    st.markdown("**What it confuses**: the stronger the colour, the more mistakes; click a cell to see its images")
    alt = f"Confusion matrix of {counted(counts.sum(), 'test image')}; misclassified: {counts.sum() - counts.trace():,}."
    drawn = confusion(counts, names, look(), open_cell)
    st.vega_lite_chart(drawn, key=key, on_select=clicked, selection_mode="cell", alt=alt)
    rows = ([name, *row] for name, row in zip(names, counts.tolist()))
    columns = ["true class \\ predicted class", *names]
    with st.container(horizontal=True):
        words = f"{subject.title}: what it predicts for the test images of each class, and how often."
        download_chart(alt, words, "confusion", "mistakes/matrix/svg")
        download_table([dict(zip(columns, row)) for row in rows], "confusion", "mistakes/matrix/csv")
    return open_cell


def _most_confused(counts: np.ndarray) -> tuple[int, int]:
    """(true, predicted) of the most frequent mistake."""
    wrong = counts - np.diag(counts.diagonal())
    row, column = np.unravel_index(wrong.argmax(), wrong.shape)
    return int(row), int(column)


def _cell(
    mine: Session, subject: ModelView, predictions: Predictions, data: Dataset, open_cell: tuple[int, int]
) -> None:
    """The images of the cell that is open."""
    own = mine.state(MistakesState)
    names = data.class_names
    # Another cell has widgets of its own: what is chosen in them is never set from here, because a browser that has not
    # heard of it yet would send back the old cell as if the visitor had chosen it.
    keys = [f"mistakes/{side}/{subject.dataset}/{own.cell}" for side in ("true", "answer")]

    def chosen() -> None:
        asked = tuple(st.session_state[key] for key in keys)
        if asked != open_cell:  # else it is what a browser remembers of widgets that are gone, not a choice
            own.confused = asked

    with st.container(horizontal=True, vertical_alignment="bottom", key="replaced-cell"):
        for key, label, value in zip(keys, ("It is", "Predicted"), open_cell):
            st.selectbox(
                label, range(len(names)), value, format_func=names.__getitem__, key=key, on_change=chosen, width=150
            )
    true, predicted = open_cell
    numbers = predictions.cell(true, predicted)
    images = "test image" if len(numbers) == 1 else "test images"
    st.markdown(
        f"**{len(numbers):,} {images}** of “{plain(names[true])}” predicted as “{plain(names[predicted])}”, the most confident first"
    )
    with st.container(key="reserved-more"):
        shown = numbers[: how_many(len(numbers), FIRST, "image", "mistakes/cell")].tolist()
        if len(numbers) <= FIRST:
            st.caption("All of them:" if shown else "None.")
    tiles = [
        _tile(predictions, data, number, certainty(predictions.probabilities[number, predicted])) for number in shown
    ]
    with st.container(height=CELL_HEIGHT, border=False):  # so that nothing below moves when their number changes
        if not shown:
            st.info(f"No test image of “{plain(names[true])}” is predicted as “{plain(names[predicted])}”.")
            return
        _clickable(mine, tiles, shown, f"mistakes/cell/images/{subject.dataset}")
    with st.container(horizontal=True):
        caption = (
            f"{subject.title}: test images of “{names[true]}” predicted as “{names[predicted]}”, {len(shown)} of "
            f"{len(numbers):,}, with the probability of that prediction."
        )
        download_tiles(tiles, INK_SCALE, caption, f"{true}-as-{predicted}", "mistakes/cell/png")
        download_table(
            lambda: [
                {"test image": int(n), "probability": f"{predictions.probabilities[n, predicted]:.6f}"}
                for n in numbers
            ],
            f"{true}-as-{predicted}",
            "mistakes/cell/csv",
        )


def _surest(
    mine: Session, subject: ModelView, predictions: Predictions, data: Dataset, surest: np.ndarray, wrong: int
) -> None:
    """The mistakes that it is most confident of."""
    st.markdown(
        "**Its most confident mistakes**: what each is → what it was taken for, and how confident the network was"
    )
    if not len(surest):
        st.info("None: every test image is predicted right.")
        return
    names = data.class_names
    shown = surest[: how_many(len(surest), FIRST, "image", "mistakes/surest", wrong)].tolist()
    tiles = [_tile(predictions, data, number, _verdict(predictions, names, number, "\n")) for number in shown]
    _clickable(mine, tiles, shown, f"mistakes/surest/images/{subject.dataset}")
    st.caption(
        "Confident and wrong at once: some of these were written so that people would hesitate too, some even carry a "
        "doubtful label. The number is the probability that the network gave to its wrong prediction."
    )
    with st.container(horizontal=True):
        caption = f"The most confident mistakes of {subject.title}, {len(shown)} of {wrong:,}: true class, predicted class, probability."
        download_tiles(tiles, INK_SCALE, caption, "mistakes", "mistakes/surest/png")
        columns = ["test image", "true class", "predicted class", "probability"]
        download_table(
            lambda: [dict(zip(columns, row)) for row in _table(predictions, names)], "mistakes", "mistakes/surest/csv"
        )


def _table(predictions: Predictions, names: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """All mistakes, the most confident first."""
    for number in predictions.most_confident_mistakes(len(predictions.labels)):
        predicted = int(predictions.predicted[number])
        yield (
            number,
            names[int(predictions.labels[number])],
            names[predicted],
            f"{predictions.probabilities[number, predicted]:.6f}",
        )


def _projected(mine: Session, subject: ModelView, data: Dataset, number: int) -> Projection:
    """The first images projected onto a plane, computed once for each version of the weights."""
    return mine.kept(
        "mistakes/plane",
        (subject.version, subject.network, subject.dataset, number),
        lambda: projected(subject.model, subject.network, data.x_test[:number]),
    )


def _plane(mine: Session, subject: ModelView, predictions: Predictions, data: Dataset, at: Projection) -> None:
    """A scatter plot of the images as the network describes them before its last layer."""
    number = len(at.points)
    st.markdown("**How it sees the test images**: near each other is what looks alike to the network")
    key = f"mistakes/plane/{subject.dataset}"

    def clicked() -> None:
        chosen = clicked_datum(key, "point").get("number")
        if isinstance(chosen, int) and 0 <= chosen < number:
            mine.state(MistakesState).test_image = chosen

    labels, predicted, names = predictions.labels[:number], predictions.predicted[:number], data.class_names
    wrong = int((labels != predicted).sum())
    alt = f"{counted(number, 'test image')} as points of a plane, by class; with a ring, as misclassified: {wrong:,}."
    drawn = plane(at.points, labels, predicted, names, at.explained, look())
    st.vega_lite_chart(drawn, key=key, on_select=clicked, selection_mode="point", alt=alt)
    signs = "" if all(name == str(n) for n, name in enumerate(names)) else _signs(names)
    words = f"Each digit is a test image, one of the first {number:,}{signs}; a ring means a wrong prediction. {_plane_words(subject, at)}"
    st.caption(plain(words))
    with st.container(horizontal=True):
        download_chart(alt, f"{subject.title}. {words}", "test-images", "mistakes/plane/svg")
        columns = ["test image", "direction 1", "direction 2", "true class", "predicted class"]

        def rows() -> list[dict[str, object]]:
            points = zip(range(number), *at.points.T.tolist(), labels.tolist(), predicted.tolist())
            return [dict(zip(columns, (n, x, y, names[true], names[guess]))) for n, x, y, true, guess in points]

        download_table(rows, "test-images", "mistakes/plane/csv")


def _signs(names: Sequence[str]) -> str:
    return " (" + ", ".join(f"{n} {name}" for n, name in enumerate(names)) + ")"


def _plane_words(subject: ModelView, at: Projection) -> str:
    """A sentence about the plane."""
    path = last_hidden(subject.network)
    share = rough_percent(float(sum(at.explained)))
    axes = "Direction 1, across, is the one in which they differ most, direction 2, up, the next."
    if path is None:
        return (
            "This network predicts straight from the pixels, so here the pixels themselves are squeezed onto the plane "
            f"in which they differ most (principal component analysis); it keeps {share} of their variation. {axes}"
        )
    numbers = int(np.prod(trace(subject.network).row(path).shape))
    return (
        f"Before its prediction, the network describes each image by {counted(numbers, 'number')}, the output of layer "
        f"{layer_words(subject.network, path)}. Here they are squeezed onto the plane in which they differ most "
        f"(principal component analysis); it keeps {share} of their variation. {axes} Clusters far apart are easy "
        "to tell apart."
    )


def _opened(mine: Session, predictions: Predictions, data: Dataset, surest: np.ndarray) -> None:
    """The test image that was chosen, with the ways to look into it; stays in sight."""
    number = mine.state(MistakesState).test_image
    if number is None or number >= len(data.x_test):
        number = int(surest[0]) if len(surest) else 0

    words = f"Test image {number:,}: {_said(predictions, data, number)}. Open it in:"
    with opened_image(data.x_test[number], number, words, 260):
        open_buttons(mine, number, "mistakes/open")


def _said(predictions: Predictions, data: Dataset, number: int) -> str:
    names = [plain(name) for name in data.class_names]
    label = names[int(data.y_test[number])]
    if number >= len(predictions.labels):
        return f"“{label}”, not evaluated yet"
    predicted = int(predictions.predicted[number])
    sure = certainty(predictions.probabilities[number, predicted])
    if predicted == predictions.labels[number]:
        return f"“{label}”, predicted right ({sure})"
    return f"“{label}”, predicted **“{names[predicted]}”** ({sure})"


def _verdict(predictions: Predictions, names: Sequence[str], number: int, between: str = " · ") -> str:
    predicted = int(predictions.predicted[number])
    return f"{names[predictions.labels[number]]} → {names[predicted]}{between}{certainty(predictions.probabilities[number, predicted])}"


def _tile(predictions: Predictions, data: Dataset, number: int, label: str) -> Tile:
    image = shown_image(data.x_test[number].astype(np.float32) / 255)
    return Tile(image, label, f"test image {number:,}: {_verdict(predictions, data.class_names, number)}")


def _clickable(mine: Session, tiles: Sequence[Tile], numbers: Sequence[int], key: str) -> None:
    own = mine.state(MistakesState)

    def choose(number: int) -> None:
        own.test_image = number

    cell_px = cell_size(tiles[0].values.shape[:2], IMAGE_PX)
    clickable_gallery(tiles, numbers, own.test_image, INK_SCALE, cell_px, key, choose)
