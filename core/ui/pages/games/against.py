"""You against the network: ten test images, read by both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.data import DIGITS, load
from core.insight.games import Round, dealt, hardest, others
from core.ui.pages.games.layout import said, said_key
from core.ui.pages.games.state import GamesState
from core.ui.shell.private import bring_into_view
from core.ui.shell.session import Session
from core.ui.widgets.evaluation import evaluated_test_images
from core.ui.widgets.model_view import ModelView, choose_subject, need_images
from core.views.images import INK_SCALE, Tile, cell_size, gallery, shown_image
from core.views.wording import certainty, plain

IMAGE_PX = 224
PICTURE, ANSWER, SCORE = "games/picture", said_key("against"), "games/score"  # what a press brings into view


def against_the_network(mine: Session) -> None:
    """Ten test images, read by the visitor and by the network."""
    st.markdown(
        "Say what each image is, with the buttons or the number keys (N is next); then see what the network said."
    )
    subject = choose_subject(mine, "games/against/subject")
    need_images(subject)
    state = mine.state(GamesState)
    if state.deal is not None or subject.who not in state.rounds:
        new = _dealt(mine, subject, state.rounds.get(subject.who), state.deal or "hardest")
        state.deal = None
        if new is None:
            st.warning("The weights of this network are no longer numbers, so it cannot play. Choose another one.")
            return
        state.rounds[subject.who] = new
    now = state.rounds[subject.who]
    (_score if now.over else _one_image)(mine, subject, now)
    bring_into_view(mine.reveals, SCORE if now.over else ANSWER if now.answered else PICTURE)
    if now.hardest:
        st.caption(
            f"Be fair: these {len(now.numbers)} were chosen **against {plain(subject.title)}**. Of all test images that it was asked about, "
            "they are those to whose right class it gives the least probability; that it does badly here says "
            "nothing about the others. The second round, of others by lot, is the fair one."
        )
    else:
        st.caption(
            (
                "These were drawn by lot from the other test images, so this round is fair to both. "
                if len(load(subject.dataset).x_test) >= 2 * len(now.numbers)
                else "There are too few test images for a round of others, so some of the hardest are among these. "
            )
            + "So few images say little: one mistake more or less is chance."
        )


def _dealt(mine: Session, subject: ModelView, last: Round | None, which: str) -> Round | None:
    """A new round; None where the network's probabilities are not finite."""
    place = st.empty()  # for the progress of it, gone afterwards
    with place.container():
        predictions = evaluated_test_images(mine, subject, load(subject.dataset))
    place.empty()
    if not np.isfinite(predictions.probabilities).all():
        return None
    worst = hardest(predictions)
    if which == "hardest":
        return dealt(predictions, worst, subject.sure_from, True)
    seen = [*worst, *(last.numbers if last else ())]
    return dealt(predictions, others(predictions, seen, np.random.default_rng()), subject.sure_from, False)


def _one_image(mine: Session, subject: ModelView, now: Round) -> None:
    rounds, names, number = mine.state(GamesState).rounds, subject.class_names, now.numbers[now.at]
    image = _test_image(subject, number)
    key = f"games/against/{subject.who}/{number}"  # a press that comes late belongs to the image that it was for

    def turn(after: Round) -> None:
        if rounds.get(subject.who) is now:  # else the press before has turned it already
            rounds[subject.who] = after
            mine.reveals.renew()

    def pick(label: int) -> None:
        turn(now.picked(label))

    def go_on() -> None:
        turn(now.onward())

    picture, choice = st.columns([2, 5], gap="large")
    with picture, st.container(key=PICTURE):
        cell_px = cell_size(image.shape[:2], IMAGE_PX)
        st.html(
            gallery([Tile(image, "", f"image {now.at + 1} of {len(now.numbers)}: what is it?")], INK_SCALE, cell_px)
        )
    with choice:
        st.markdown(f"**Image {now.at + 1} of {len(now.numbers)}** · {_standing(now)}")
        # Where a class is called as its key is, the key need not be written beside it.
        with st.container(horizontal=True, key="games-digits" if tuple(names) == DIGITS else "games-classes"):
            for label, name in enumerate(names):
                st.button(
                    plain(name),
                    key=f"{key}/pick/{label}",
                    on_click=pick,
                    args=(label,),
                    disabled=now.answered,
                    shortcut=str(label) if label < 10 else None,
                )
        last = now.at + 1 == len(now.numbers)
        st.button(
            "See the score" if last else "Next image",
            key=f"{key}/next",
            type="primary",
            on_click=go_on,
            disabled=not now.answered,
            shortcut="N",  # Enter would press whatever has the focus
        )
        with said("against"):
            if now.answered:
                _say_answers(now, names)
            else:
                st.caption("Here will stand what the network says, and what the makers of the dataset say.")


def _standing(now: Round) -> str:
    return f"You {now.yours}, the network {now.networks}"


def _say_answers(now: Round, names: Sequence[str]) -> None:
    label, pick, predicted = now.labels[now.at], now.picks[now.at], now.verdicts[now.at]
    network = f"the network says **{plain(names[predicted.label])}** ({certainty(predicted.probability)})"
    words = f"You say **{plain(names[pick])}**, {network}; the makers of the dataset say **{plain(names[label])}**."
    if pick == label:
        st.success(words, icon=":material/check:")
    else:
        st.info(words, icon=":material/close:")


def _score(mine: Session, subject: ModelView, now: Round) -> None:
    """The end of a round, with all of its images."""
    with st.container(key=SCORE):
        st.subheader(_standing(now), anchor=False)
    names = subject.class_names
    tiles = []
    for number, label, predicted, pick in zip(now.numbers, now.labels, now.verdicts, now.picks):
        said = [
            f"{who} {names[one]} {'✓' if one == label else '✗'}"
            for who, one in (("you", pick), ("it", predicted.label))
        ]
        words = f"test image {number:,}, which is {names[label]}: {', '.join(said)}"
        tiles.append(Tile(_test_image(subject, number), f"{names[label]}: {', '.join(said)}", words))
    st.html(gallery(tiles, INK_SCALE, cell_size(tiles[0].values.shape[:2], 112)))
    st.caption("Under each image: what its makers say it is, what you said, what the network (“it”) said.")

    def again(which: str) -> None:
        if mine.state(GamesState).rounds.get(subject.who) is now:
            mine.state(GamesState).deal = which

    with st.container(horizontal=True):
        st.button(
            "Ten others by lot",
            icon=":material/casino:",
            key="games/against/others",
            type="primary",
            on_click=again,
            args=("others",),
        )
        st.button(
            "The hardest ten",
            icon=":material/replay:",
            key="games/against/hardest",
            on_click=again,
            args=("hardest",),
        )


def _test_image(subject: ModelView, number: int) -> np.ndarray:
    """A test image as a tile has it."""
    return shown_image(load(subject.dataset).x_test[number].astype(np.float32) / 255)
