"""Make them disagree: a drawing on which two networks disagree, although both are confident."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.data import from_strokes
from core.insight import probabilities, verdict
from core.insight.games import Split
from core.network.layers import shape_text
from core.ui.pages.games.layout import (
    BARS_PX,
    CANVAS_PX,
    FIELD,
    SMALL,
    clear_button,
    remembered_canvas,
    said,
    side_by_side,
    ways_in,
)
from core.ui.pages.games.state import BestSplit, GamesState
from core.ui.shell.pages import link_to
from core.ui.shell.session import Session
from core.ui.widgets.model_view import ModelView, subject_of, subjects
from core.ui.widgets.prediction import prediction
from core.views.images import INK_SCALE, Tile, gallery
from core.views.wording import certainty, plain


def split_them(mine: Session) -> None:
    """Draw a digit on which two networks disagree, although both are confident."""
    st.markdown("Draw a digit so that the two networks predict different classes, and **both are confident**.")
    pair = _two_networks(mine)
    if pair is None:
        return
    board = mine.state(GamesState).split_board
    canvas, *sides = side_by_side(CANVAS_PX, BARS_PX, BARS_PX)
    with canvas:
        st.markdown("**Your drawing**")
        st.space("small")  # for the canvas's own tools
        drawing = remembered_canvas(board, "split")
        clear_button(board, "split")
    image = from_strokes(drawing.strokes, drawing.width)
    outputs = [] if image is None else [probabilities(subject.model, image[..., np.newaxis]) for subject in pair]
    for number, (side, subject, output) in enumerate(zip(sides, pair, outputs or (None, None))):
        with side:
            prediction(output, subject, label=subject.title, key=f"games/split/answer/{number}")
    best = mine.state(GamesState).best_splits
    which = frozenset(mine.state(GamesState).networks)
    with canvas, said("split"):
        if image is None:
            st.info(
                "Nothing drawn yet. A digit halfway between two others is a good beginning.", icon=":material/draw:"
            )
        else:
            split = Split(*(verdict(output, subject.sure_from) for output, subject in zip(outputs, pair)))
            titles = (pair[0].title, pair[1].title)
            _say_split(split, titles, pair[0].class_names)
            if split.beats(best[which].split if which in best else None):
                best[which] = BestSplit(image, split, titles, pair[0].class_names)
    _best_split(mine, best.get(which), pair)
    st.caption(
        "What it teaches: both networks read nearly all test images right, but between the digits that they have "
        "learned from, nothing told them where one class ends and the next begins. Each drew its borders somewhere "
        "else, and both are confident on their own side. At most one of them can be right, so certainty alone is no proof; "
        "that several networks disagree is often the better warning (Lakshminarayanan, Pritzel & Blundell 2017)."
    )
    link_to("train", "Train a network of your own, and let it play too", "monitoring")


def _two_networks(mine: Session) -> tuple[ModelView, ModelView] | None:
    """Two select boxes; returns the chosen networks, or None with a sentence where they cannot play."""
    titles = subjects(mine)
    free = (name for name in titles if name not in mine.state(GamesState).networks)
    usual = [name if name in titles else next(free) for name in mine.state(GamesState).networks]
    with st.container(horizontal=True):
        first, second = (
            st.selectbox(
                label,
                list(titles),
                list(titles).index(usual[number]),
                format_func=titles.__getitem__,
                key=f"games/{label}/{hash(tuple(titles.items()))}",  # one for each list of networks and their names
                width=280,
            )
            for number, label in enumerate(("One network", "The other"))
        )
    mine.state(GamesState).networks = first, second
    if first == second:
        st.warning("A network always agrees with itself. Choose another one beside it.")
        return None
    pair: list[ModelView] = []
    for name in (first, second):
        subject = subject_of(mine, name)
        if subject is None:
            st.info(f"{plain(titles[name])} has learned nothing yet. Wait a moment, or choose another one.")
            return None
        if subject.network.input_shape != FIELD:
            st.warning(
                f"{plain(subject.title)} takes images of {shape_text(subject.network.input_shape)}, so it cannot read "
                "drawings, which are 28×28×1. Choose another one."
            )
            return None
        pair.append(subject)
    if pair[0].class_names != pair[1].class_names:
        st.warning("These two have learned different classes, so they cannot disagree. Choose two of one kind.")
        return None
    return pair[0], pair[1]


def _say_split(split: Split, titles: Sequence[str], names: Sequence[str]) -> None:
    first, second = (plain(names[predicted.label]) for predicted in (split.first, split.second))
    if not split.differ:
        st.info(f"Both say **{first}**.", icon=":material/balance:")
    elif split.won:
        st.success(
            f"Split! One says **{first}**, the other **{second}**, and both are confident. "
            f"Score: **{_points(split)}**, the probability that the less confident one gives.",
            icon=":material/trophy:",
        )
    else:
        unsure = [title for title, predicted in zip(titles, (split.first, split.second)) if not predicted.sure]
        who = "neither is confident" if len(unsure) == 2 else f"{plain(unsure[0])} is not confident"
        st.info(f"They differ, **{first}** and **{second}**, but {who}.", icon=":material/balance:")


def _points(split: Split) -> str:
    return certainty(split.score)


def _best_split(mine: Session, best: BestSplit | None, pair: Sequence[ModelView]) -> None:
    """The best drawing of this visit; its place is there before it is."""
    if best is None:
        title, lines = "Your best split will stand here", [f"{plain(subject.title)}: –" for subject in pair]
        tile = Tile(np.zeros(FIELD[:2]), "", "no drawing yet")
    else:
        title = f"Best of this visit: {_points(best.split)}"
        lines = [
            f"{plain(name)}: **{plain(best.class_names[predicted.label])}** ({certainty(predicted.probability)})"
            for name, predicted in zip(best.titles, (best.split.first, best.split.second))
        ]
        tile = Tile(best.image, "", "your best drawing, 28 by 28 pixels")
    with st.container(horizontal=True, vertical_alignment="center", key="games-best-split"):
        st.html(gallery([tile], INK_SCALE, SMALL), width="content")
        with st.container(gap="small", width="stretch"):
            st.markdown("  \n".join([f"**{title}**", *lines]))
            ways_in(mine, None if best is None else best.image, "split")
