"""Fool it: strokes on a test image until the network is confident of a wrong class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.data import drawn_over, load
from core.insight import probabilities, verdict
from core.insight.games import Attempt, first_readable, where_ink_tells
from core.network.percentages import rough_percent
from core.network.words import counted
from core.ui.pages.games.layout import (
    BARS_PX,
    CANVAS_PX,
    CELL,
    FIELD,
    SMALL,
    clear_button,
    remembered_canvas,
    said,
    side_by_side,
    ways_in,
)
from core.ui.pages.games.state import BestAttempt, GamesState
from core.ui.shell.session import Session
from core.ui.widgets.canvas import SIDE
from core.ui.widgets.model_view import ModelView, choose_subject, need_images
from core.ui.widgets.prediction import prediction
from core.views.images import INK_SCALE, Tile, gallery, laid_over, legend, signed_scale
from core.views.wording import certainty, plain


def fool_it(mine: Session) -> None:
    """Add strokes to a test image until the network is confident of a wrong class."""
    st.markdown(
        "Add strokes to this test image until the network is **confident of a wrong class**. "
        "The fewer strokes, the better; among equals, the less ink."
    )
    subject = choose_subject(mine, "games/fool/subject")
    need_images(subject)
    if subject.network.input_shape != FIELD:
        st.warning("This network does not take 28×28 grey images, so nobody can draw on them. Choose another one.")
        return
    before, label = _image_to_fool(mine, subject)
    if before is None:
        st.warning(
            "Among the test images that were tried, up to a thousand, there is none that this network predicts right "
            "and is confident of, so it cannot be fooled. Let it learn longer, or choose another one."
        )
        return
    _attempt(mine, subject, before, label)
    _best_attempt(mine, mine.state(GamesState).best_attempts.get(subject.who), subject.title, before)
    st.caption(
        "What it teaches: the strokes need not make a digit that a person would read; it is enough that they cross "
        "the network’s own border, and with few pixels in the right place it is confident on the other side "
        "(Szegedy et al. 2014; Papernot et al. 2016; with a single pixel: Su, Vargas & Sakurai 2019). Be fair to it, "
        "though: who makes a real 8 of a 3 has fooled nobody."
    )


def _attempt(mine: Session, subject: ModelView, before: np.ndarray, label: int) -> None:
    """The image to draw on, the prediction for it with the strokes, and what the network receives."""
    state = mine.state(GamesState)
    canvas, bars, seen = side_by_side(CANVAS_PX, BARS_PX, BARS_PX)
    with canvas:
        st.markdown(f"**A test image: “{plain(subject.class_names[label])}”**")
        st.space("small")  # for the canvas's own tools
        drawing = remembered_canvas(state.fool_board, f"fool/{state.fool_index}", before)
    after = drawn_over(before, drawing.strokes, drawing.width, SIDE)
    output = probabilities(subject.model, after[..., np.newaxis])
    attempt = Attempt(label, verdict(output, subject.sure_from), len(drawing.strokes), float((after - before).sum()))
    with bars:
        prediction(output, subject, label=subject.title, key="games/fool/answer")
    with canvas:
        with st.container(horizontal=True):
            clear_button(state.fool_board, "fool")
            _other_image(mine, subject)
        with said("fool"):
            _evaluate_attempt(mine, subject, BestAttempt(before, after, attempt, subject.class_names))
    with seen:
        _seen(mine, subject, after, attempt)


def _evaluate_attempt(mine: Session, subject: ModelView, tried: BestAttempt) -> None:
    """Say how far the attempt has come, and keep it if it is the best; the bare image must still be read right."""
    bare = verdict(probabilities(subject.model, tried.before[..., np.newaxis]), subject.sure_from)
    if bare.label != tried.attempt.label or not bare.sure:
        st.warning("It is still learning, and no longer confident of this image as it is. Take another one.")
        return
    _say_attempt(tried.attempt, tried.class_names)
    kept = mine.state(GamesState).best_attempts
    if tried.attempt.beats(kept[subject.who].attempt if subject.who in kept else None):
        kept[subject.who] = tried


def _image_to_fool(mine: Session, subject: ModelView) -> tuple[np.ndarray | None, int]:
    """The test image, (28, 28) float32 in 0…1, and its label; another one where the network has changed."""
    state, data = mine.state(GamesState), load(subject.dataset)
    if state.fool_of != (subject.who, subject.dataset) or state.fool_index is None:
        order = np.roll(np.arange(len(data.x_test)), -(state.fool_index or 0))
        state.fool_index = _readable(subject, order)
        state.fool_of = (subject.who, subject.dataset)
        state.fool_board.clear()
    if state.fool_index is None:
        return None, 0
    return data.x_test[state.fool_index, ..., 0].astype(np.float32) / 255, int(data.y_test[state.fool_index])


def _readable(subject: ModelView, order: np.ndarray) -> int | None:
    data = load(subject.dataset)
    return first_readable(subject.model, subject.network, data.x_test, data.y_test, subject.sure_from, order)


def _other_image(mine: Session, subject: ModelView) -> None:
    def another() -> None:
        data = load(subject.dataset)
        mine.state(GamesState).fool_index = _readable(subject, np.random.default_rng().permutation(len(data.x_test)))
        mine.state(GamesState).fool_board.clear()

    st.button("Another image", icon=":material/casino:", key="games/fool/another", on_click=another)


def _say_attempt(attempt: Attempt, names: Sequence[str]) -> None:
    says, was = plain(names[attempt.found.label]), plain(names[attempt.label])
    if attempt.won:
        with_what = f"{counted(attempt.strokes, 'stroke')}, {attempt.ink:.1f} pixels of ink"
        st.success(
            f"Fooled! It is confident that this is **{says}**. You took {with_what}.", icon=":material/trophy:"
        )
    elif attempt.changed:
        st.info(
            f"It says **{says}** now, but is not confident: that takes {rough_percent(attempt.found.sure_from)}.",
            icon=":material/trending_up:",
        )
    elif attempt.strokes:
        runner_up = plain(names[attempt.found.runner_up])
        st.info(f"Still **{was}**. Next would be **{runner_up}**.", icon=":material/shield:")
    else:
        st.info(f"It reads this as **{was}**, and is right and confident.", icon=":material/shield:")


def _seen(mine: Session, subject: ModelView, image: np.ndarray, attempt: Attempt) -> None:
    """The image with the strokes, or the gradient that shows where ink would change the prediction."""
    state = mine.state(GamesState)
    st.markdown("**What the network receives**")
    state.hint = st.toggle("Hint: where would a stroke hurt most?", state.hint, key="games/fool/hint")
    if not state.hint:
        st.html(gallery([Tile(image, "", "the test image with your strokes, 28 by 28 pixels")], INK_SCALE, CELL))
        st.caption(
            f"Your strokes are ink in the image’s own pixels: {counted(attempt.strokes, 'stroke')}, "
            f"{attempt.ink:.1f} pixels of ink."
        )
        return
    names = subject.class_names
    # Against what the image was: once the prediction has changed, what would make it more confident still.
    other = attempt.found.label if attempt.changed else attempt.found.runner_up
    told = where_ink_tells(subject.model, image[..., np.newaxis], attempt.label, other)
    scale = signed_scale(told)
    was, would = names[attempt.label], names[other]
    alt = f"where more ink speaks for {would} and where for {was}, laid over the image"
    st.html(gallery([Tile(laid_over(told, scale, image[..., np.newaxis]), "", alt)], INK_SCALE, CELL))
    st.html(legend(scale))
    st.caption(
        f"Orange: a little ink there brings **{plain(would)}** up against **{plain(was)}**; blue: it does the opposite. "
        "The number is the gain in their difference of scores for a full pixel, as the slope tells it here and now; "
        "a long stroke leads further than a slope can see."
    )


def _best_attempt(mine: Session, best: BestAttempt | None, title: str, image: np.ndarray) -> None:
    """The best attempt of this visit, or as long as there is none, its place with the image as it is."""
    if best is None:
        head, words = "Your best attempt will stand here", f"{plain(title)} is not fooled yet"
        tiles = [Tile(image, "–", "the test image"), Tile(np.zeros_like(image), "–", "nothing yet")]
    else:
        was, says = best.class_names[best.attempt.label], best.class_names[best.attempt.found.label]
        head = f"Best of this visit: {counted(best.attempt.strokes, 'stroke')}, {best.attempt.ink:.1f} pixels of ink"
        sure = certainty(best.attempt.found.probability)
        words = f"{plain(title)}: **{plain(was)}** became **{plain(says)}** ({sure})"
        tiles = [
            Tile(best.before, was, f"before: the test image, {was}"),
            Tile(best.after, says, f"after: with your strokes, predicted as {says}"),
        ]
    with st.container(horizontal=True, vertical_alignment="center", key="games-best-fool"):
        st.html(gallery(tiles, INK_SCALE, SMALL), width="content")
        with st.container(gap="small", width="stretch"):
            st.markdown(f"**{head}**  \n{words}")
            ways_in(mine, None if best is None else best.after, "fool")
