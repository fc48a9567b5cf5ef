"""The pieces of the page Games: one function for each of the three."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from core.data import DIGITS, drawn_over, from_strokes, load
from core.insight import probabilities, verdict
from core.insight.games import Attempt, Round, Split, dealt, first_readable, hardest, others, where_ink_tells
from core.network.layers import shape_text
from core.ui.pages.games.state import BestAttempt, BestSplit, GamesState
from core.ui.shell.frame import certainty, plain
from core.ui.shell.pages import PAGES, go_to, link_to, open_to
from core.ui.shell.session import Session
from core.ui.widgets.canvas import SIDE, Board, Drawing, draw
from core.ui.widgets.evaluation import judged_test_images
from core.ui.widgets.model_view import ModelView, choose_subject, need_images, subject_of, subjects
from core.ui.widgets.prediction import answer
from core.views.images import INK_SCALE, Tile, cell_size, gallery, laid_over, legend, shown_image, signed_scale

FIELD = (28, 28, 1)
CELL, SMALL = 8, 4  # screen pixels for each of an image's, alone and among others
IMAGE_PX = 224
CANVAS_PX, BARS_PX = SIDE + 4, 272
VIEWS = ("feature_maps", "why")


def choose_game(mine: Session) -> Callable[[Session], None]:
    """Which of the three; the one that was open comes back."""
    games = {
        "split": ("Split them", split_them),
        "fool": ("Fool it", fool_it),
        "against": ("You against the network", against_the_network),
    }
    mine.state(GamesState).game = st.pills(  # they wrap on a phone
        "Game",
        list(games),
        default=mine.state(GamesState).game,
        format_func=lambda name: games[name][0],
        required=True,
        key="games/game",
        label_visibility="collapsed",
    )
    return games[mine.state(GamesState).game][1]


def split_them(mine: Session) -> None:
    """Draw what two networks do not agree on, although both are sure."""
    st.markdown("Draw a digit so that the two networks give different answers, and **both are sure** of theirs.")
    pair = _two_networks(mine)
    if pair is None:
        return
    board = mine.state(GamesState).split_board
    canvas, *sides = _side_by_side(CANVAS_PX, BARS_PX, BARS_PX)
    with canvas:
        st.markdown("**Your drawing**")
        st.space("small")  # for the canvas's own tools
        drawing = _drawing(board, "split")
        _clear(board, "split")
    image = from_strokes(drawing.strokes, drawing.width)
    answers = [None if image is None else probabilities(subject.model, image[..., np.newaxis]) for subject in pair]
    for number, (side, subject, found) in enumerate(zip(sides, pair, answers)):
        with side:
            answer(found, subject, label=subject.title, key=f"games/split/answer/{number}")
    best = mine.state(GamesState).best_splits
    which = frozenset(mine.state(GamesState).networks)
    with canvas:
        if image is None:
            st.info(
                "Nothing drawn yet. A digit halfway between two others is a good beginning.", icon=":material/draw:"
            )
        else:
            split = Split(*(verdict(found, subject.sure_from) for found, subject in zip(answers, pair)))
            titles = (pair[0].title, pair[1].title)
            _say_split(split, titles, pair[0].class_names)
            if split.beats(best[which].split if which in best else None):
                best[which] = BestSplit(image, split, titles, pair[0].class_names)
    if which in best:
        _best_split(mine, best[which])
    st.caption(
        "What it teaches: both networks read nearly all test images right, but between the digits that they have "
        "learned from, nothing told them where one class ends and the next begins. Each drew its borders somewhere "
        "else, and both are sure on their own side. At most one of them can be right, so certainty alone is no proof; "
        "that several networks disagree is often the better warning (Lakshminarayanan, Pritzel & Blundell 2017)."
    )
    link_to("train", "Train a network of your own, and let it play too", "monitoring")


def _two_networks(mine: Session) -> tuple[ModelView, ModelView] | None:
    """The choice of two; None, with a sentence, where they cannot play."""
    titles = subjects(mine)
    free = (name for name in titles if name not in mine.state(GamesState).networks)
    usual = [name if name in titles else next(free) for name in mine.state(GamesState).networks]
    with st.container(horizontal=True):
        chosen = tuple(
            st.selectbox(
                label,
                list(titles),
                list(titles).index(name),
                format_func=titles.get,
                key=f"games/{label}/{len(titles)}",
                width=280,
            )
            for label, name in zip(("One network", "The other"), usual)
        )
    mine.state(GamesState).networks = chosen
    if chosen[0] == chosen[1]:
        st.warning("A network always agrees with itself. Choose another one beside it.")
        return None
    pair = [subject_of(mine, name) for name in chosen]
    for name, subject in zip(chosen, pair):
        if subject is None:
            st.info(f"{titles[name]} has learned nothing yet. Wait a moment, or choose another one.")
            return None
        if subject.network.input_shape != FIELD:
            st.warning(
                f"{subject.title} takes images of {shape_text(subject.network.input_shape)}, so it cannot read "
                "drawings, which are 28×28×1. Choose another one."
            )
            return None
    if pair[0].class_names != pair[1].class_names:
        st.warning("These two have learned different classes, so they cannot disagree. Choose two of one kind.")
        return None
    return pair[0], pair[1]


def _say_split(split: Split, titles: Sequence[str], names: Sequence[str]) -> None:
    first, second = (plain(names[found.label]) for found in (split.first, split.second))
    if not split.differ:
        st.info(f"Both say **{first}**.", icon=":material/balance:")
    elif split.won:
        st.success(
            f"Split! One says **{first}**, the other **{second}**, and both are sure. "
            f"Score: **{_points(split)}**, the certainty of the less certain one.",
            icon=":material/trophy:",
        )
    else:
        unsure = [title for title, found in zip(titles, (split.first, split.second)) if not found.sure]
        who = "neither is sure" if len(unsure) == 2 else f"{unsure[0]} is not sure"
        st.info(f"They differ, **{first}** and **{second}**, but {who}.", icon=":material/balance:")


def _points(split: Split) -> str:
    return certainty(split.score)


def _best_split(mine: Session, best: BestSplit) -> None:
    said = [
        f"{title}: **{plain(best.class_names[found.label])}** ({certainty(found.probability)})"
        for title, found in zip(best.titles, (best.split.first, best.split.second))
    ]
    with st.container(horizontal=True, vertical_alignment="center", key="games-best-split"):
        tile = Tile(best.image, "", "your best drawing, 28 by 28 pixels")
        st.html(gallery([tile], INK_SCALE, SMALL), width="content")
        with st.container(gap="small", width="stretch"):
            st.markdown(f"**Best of this visit: {_points(best.split)}**  \n" + "  \n".join(said))
            _ways_in(mine, best.image, "split")


def _ways_in(mine: Session, image: np.ndarray, key: str) -> None:
    """Buttons that open the image in the other views, where it is the visitor's drawing."""

    def look_at() -> None:
        mine.image.drawing, mine.image.source = image, "drawing"

    with st.container(horizontal=True):
        for page in VIEWS:
            if open_to(mine, page) and st.button(PAGES[page].title, key=f"games/{key}/{page}", on_click=look_at):
                go_to(page)


def _side_by_side(*widths: int) -> list[DeltaGenerator]:
    """Containers of these widths in pixels, which wrap where the page is narrow: a canvas cannot shrink."""
    with st.container(horizontal=True, gap="medium"):
        return [st.container(width=width) for width in widths]


def _drawing(board: Board, key: str, background: Image.Image | None = None) -> Drawing:
    """A canvas that is remembered."""
    drawing = draw(f"games/{key}/canvas/{board.number}", board.content, background=background)
    board.content = drawing.content
    return drawing


def _clear(board: Board, key: str) -> None:
    st.button("Clear", icon=":material/delete:", key=f"games/{key}/clear", on_click=board.clear)


def fool_it(mine: Session) -> None:
    """Add strokes to a test image until the network is sure of something else."""
    st.markdown(
        "Add strokes to this test image until the network is **sure of a wrong answer**. "
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
            "Among the test images that were tried, up to a thousand, there is none that this network answers right "
            "and is sure of, so it cannot be fooled. Let it learn longer, or choose another one."
        )
        return
    state, names = mine.state(GamesState), subject.class_names
    canvas, bars, seen = _side_by_side(CANVAS_PX, BARS_PX, BARS_PX)
    with canvas:
        st.markdown(f"**A test image: “{plain(names[label])}”**")
        st.space("small")  # for the canvas's own tools
        enlarged = Image.fromarray(np.round(before * 255).astype(np.uint8)).resize(
            (SIDE, SIDE), Image.Resampling.NEAREST
        )
        drawing = _drawing(state.fool_board, f"fool/{state.fool_index}", enlarged)
    after = drawn_over(before, drawing.strokes, drawing.width, SIDE)
    found = probabilities(subject.model, after[..., np.newaxis])
    attempt = Attempt(label, verdict(found, subject.sure_from), len(drawing.strokes), float((after - before).sum()))
    with bars:
        answer(found, subject, label=subject.title, key="games/fool/answer")
    with canvas:
        with st.container(horizontal=True):
            _clear(state.fool_board, "fool")
            _other_image(mine, subject)
        fit = verdict(probabilities(subject.model, before[..., np.newaxis]), subject.sure_from)
        if fit.label == label and fit.sure:
            _say_attempt(attempt, names)
            best = state.best_attempts.get(subject.who)
            if attempt.beats(best and best.attempt):
                state.best_attempts[subject.who] = BestAttempt(before, after, attempt, names)
        else:
            st.warning("It is still learning, and no longer sure of this image as it is. Take another one.")
    with seen:
        _seen(mine, subject, after, attempt)
    if subject.who in state.best_attempts:
        _best_attempt(mine, state.best_attempts[subject.who], subject.title)
    st.caption(
        "What it teaches: the strokes need not make a digit that a person would read; it is enough that they cross "
        "the network’s own border, and with few pixels in the right place it is sure on the other side "
        "(Szegedy et al. 2014; Papernot et al. 2016; with a single pixel: Su, Vargas & Sakurai 2019). Be fair to it, "
        "though: who makes a real 8 of a 3 has fooled nobody."
    )


def _image_to_fool(mine: Session, subject: ModelView) -> tuple[np.ndarray | None, int]:
    """(28, 28) float32 in 0…1 and what it is: the one at hand, or a new one where the network is another."""
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
        with_what = f"{_strokes(attempt.strokes)}, {attempt.ink:.1f} pixels of ink"
        st.success(f"Fooled! It is sure that this is **{says}**. You took {with_what}.", icon=":material/trophy:")
    elif attempt.changed:
        st.info(
            f"It says **{says}** now, but is not sure: that takes {certainty(attempt.found.sure_from)}.",
            icon=":material/trending_up:",
        )
    elif attempt.strokes:
        runner_up = plain(names[attempt.found.runner_up])
        st.info(f"Still **{was}**. Next would be **{runner_up}**.", icon=":material/shield:")
    else:
        st.info(f"It reads this as **{was}**, and is right and sure.", icon=":material/shield:")


def _strokes(number: int) -> str:
    return "1 stroke" if number == 1 else f"{number:,} strokes"


def _seen(mine: Session, subject: ModelView, image: np.ndarray, attempt: Attempt) -> None:
    """What the network receives, or where ink would change its mind."""
    state = mine.state(GamesState)
    st.markdown("**What the network receives**")
    state.hint = st.toggle("Hint: where would a stroke hurt most?", state.hint, key="games/fool/hint")
    if not state.hint:
        st.html(gallery([Tile(image, "", "the test image with your strokes, 28 by 28 pixels")], INK_SCALE, CELL))
        st.caption(
            f"Your strokes are ink in the image’s own pixels: {_strokes(attempt.strokes)}, "
            f"{attempt.ink:.1f} pixels of ink."
        )
        return
    names = subject.class_names
    # Against what the image was: once the answer has changed, what would make it surer still.
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


def _best_attempt(mine: Session, best: BestAttempt, title: str) -> None:
    was, says = best.class_names[best.attempt.label], best.class_names[best.attempt.found.label]
    sure = certainty(best.attempt.found.probability)
    with st.container(horizontal=True, vertical_alignment="center", key="games-best-fool"):
        tiles = [
            Tile(best.before, was, f"before: the test image, {was}"),
            Tile(best.after, says, f"after: with your strokes, answered {says}"),
        ]
        st.html(gallery(tiles, INK_SCALE, SMALL), width="content")
        with st.container(gap="small", width="stretch"):
            st.markdown(
                f"**Best of this visit: {_strokes(best.attempt.strokes)}, {best.attempt.ink:.1f} pixels of ink**  \n"
                f"{title}: **{plain(was)}** became **{plain(says)}** ({sure})"
            )
            _ways_in(mine, best.after, "fool")


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
    if now.hardest:
        st.caption(
            f"Be fair: these {len(now.numbers)} were chosen **against {subject.title}**. Of all test images that it was asked about, "
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
    """A new round; None where the network answers nonsense."""
    place = st.empty()  # for the progress of it, gone afterwards
    with place.container():
        found = judged_test_images(mine, subject, load(subject.dataset))
    place.empty()
    if not np.isfinite(found.probabilities).all():
        return None
    worst = hardest(found)
    if which == "hardest":
        return dealt(found, worst, subject.sure_from, True)
    seen = [*worst, *(last.numbers if last else ())]
    return dealt(found, others(found, seen, np.random.default_rng()), subject.sure_from, False)


def _one_image(mine: Session, subject: ModelView, now: Round) -> None:
    rounds, names = mine.state(GamesState).rounds, subject.class_names
    image = _test_image(subject, now.numbers[now.at])

    def pick(label: int) -> None:
        rounds[subject.who] = now.picked(label)

    def go_on() -> None:
        rounds[subject.who] = now.onward()

    picture, choice = st.columns([2, 5], gap="large")
    with picture:
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
                    key=f"games/against/pick/{label}",
                    on_click=pick,
                    args=(label,),
                    disabled=now.answered,
                    shortcut=str(label) if label < 10 else None,
                )
        if now.answered:
            _say_answers(now, names)
            last = now.at + 1 == len(now.numbers)
            st.button(
                "See the score" if last else "Next image",
                key="games/against/next",
                type="primary",
                on_click=go_on,
                shortcut="N",  # Enter would press whatever has the focus
            )


def _standing(now: Round) -> str:
    return f"You {now.yours}, the network {now.networks}"


def _say_answers(now: Round, names: Sequence[str]) -> None:
    label, pick, found = now.labels[now.at], now.picks[now.at], now.verdicts[now.at]
    network = f"the network says **{plain(names[found.label])}** ({certainty(found.probability)})"
    words = f"You say **{plain(names[pick])}**, {network}; the makers of the dataset say **{plain(names[label])}**."
    if pick == label:
        st.success(words, icon=":material/check:")
    else:
        st.info(words, icon=":material/close:")


def _score(mine: Session, subject: ModelView, now: Round) -> None:
    """The end of a round, with all of its images."""
    st.subheader(_standing(now), anchor=False)
    names = subject.class_names
    tiles = []
    for number, label, found, pick in zip(now.numbers, now.labels, now.verdicts, now.picks):
        said = [
            f"{who} {names[one]} {'✓' if one == label else '✗'}" for who, one in (("you", pick), ("it", found.label))
        ]
        words = f"test image {number:,}, which is {names[label]}: {', '.join(said)}"
        tiles.append(Tile(_test_image(subject, number), f"{names[label]}: {', '.join(said)}", words))
    st.html(gallery(tiles, INK_SCALE, cell_size(tiles[0].values.shape[:2], 112)))
    st.caption("Under each image: what its makers say it is, what you said, what the network (“it”) said.")

    def again(which: str) -> None:
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
