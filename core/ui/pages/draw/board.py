"""The pieces of the Draw page: what was drawn or sent, how it was made ready, and what networks make of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.data import Digit, Step, digits_from_pixels, digits_from_strokes
from core.insight import probabilities, verdict
from core.insight.saliency import integrated_gradients
from core.network.layers import shape_text
from core.ui.pages.draw.state import DrawState
from core.ui.pages.feature_maps.feature_maps import activations_of, drawn_layers
from core.ui.shell.pages import go_to, link_to, open_to
from core.ui.shell.session import Session
from core.ui.widgets.canvas import draw
from core.ui.widgets.collections import say_what_it_is
from core.ui.widgets.downloads import download_tiles
from core.ui.widgets.prediction import answer, received
from core.ui.widgets.subject import Subject, subject_of, subjects
from core.ui.widgets.upload import uploaded
from core.views.images import INK_SCALE, Tile, fitted, gallery, laid_over, legend, signed_scale
from core.views.wording import certainty, plain

USUAL = "draw"  # the network that the page begins with
MOST_COMPARED = 3
QUICK = 12  # steps of integrated gradients, anew with each stroke
THIN, THICK = 4, 40  # px, of the brush
STEP_PX, SPOKE_PX, FOUND_PX = 140, 196, 84
STEP_TITLES = {
    "drawn": "Your drawing",
    "sent": "Your photo",
    "ink": "Ink found",
    "cut out": "Cut out",
    "scaled": "Scaled",
    "pen width": "MNIST’s pen",
    "centred": "Centred",
}


def board(mine: Session, subject: Subject) -> None:
    """The canvas, the answer, and what became of the drawing on the way; all of it anew after each stroke."""
    own = mine.state(DrawState)
    if own.going_to:
        page, own.going_to = own.going_to, ""
        go_to(page)
    canvas, answers = st.columns([2, 3], gap="large")
    with canvas:
        digits = _drawing(mine)
    with answers:
        _reading(mine, digits, subject)
        digit = _chosen(mine, digits)
        steps = digit.steps(own.skipped) if digit else []
        image = mine.image.drawing = steps[-1].image if steps else None
        said = None if image is None else probabilities(subject.model, image[..., None])
        bars, received_here = st.columns([3, 2], gap="medium")
        with bars:
            answer(said, subject)
        with received_here:
            received(image)
        say_what_it_is(mine, digit and digit.image)
    if image is None or said is None:
        st.caption("One digit, or several side by side. What the layers make of it follows with your first stroke.")
        return
    _others(mine, subject, image)
    _made_ready(mine, steps)
    _reaction(mine, subject, image, said)


def _drawing(mine: Session) -> list[Digit]:
    """The canvas, or a photo; returns the digits on it, in reading order."""
    own = mine.state(DrawState)
    own.by_photo = (
        st.segmented_control(
            "Your digit",
            ["Draw", "Photo"],
            default="Photo" if own.by_photo else "Draw",
            required=True,
            key="draw/way",
            label_visibility="collapsed",
        )
        == "Photo"
    )
    if own.by_photo:
        return _photo(mine)
    st.space("small")  # the canvas has its own buttons above it
    drawn = draw(f"canvas/{own.board}", own.board.content, brush=own.brush)

    def brush() -> None:  # before the canvas is drawn again: the very next stroke has it
        own.brush = st.session_state["draw/brush"]

    def clear() -> None:
        own.board.clear()
        own.as_one, mine.image.drawing = False, None

    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.button("Clear", icon=":material/delete:", key="draw/clear", on_click=clear)
        st.slider("Brush", THIN, THICK, own.brush, key="draw/brush", on_change=brush, width=150, format="%d px")
    if drawn.content != own.board.content and (drawn.strokes or mine.image.drawing is not None):
        # What was just drawn, and what has read it, is what one wants to look into.
        mine.image.source, mine.focus.subject = "drawing", mine.focus.subject or USUAL
    own.board.content = drawn.content
    return digits_from_strokes(drawn.strokes, drawn.width, together=own.as_one)


def _photo(mine: Session) -> list[Digit]:
    """A picture from the visitor's machine or camera."""
    if uploaded(mine, "A photo of digits on paper, or any picture of them", "draw/photo"):
        mine.image.source, mine.focus.subject = "drawing", mine.focus.subject or USUAL
    if mine.image.upload_problem:
        st.error(mine.image.upload_problem)
    if mine.image.upload is None:
        st.caption("Dark on light or light on dark, in any light. It stays in this page's memory only.")
        return []
    st.image(mine.image.upload, width=280, output_format="PNG", alt="The picture that you sent.")
    digits = digits_from_pixels(mine.image.upload, together=mine.state(DrawState).as_one)
    if not digits:
        st.warning("Nothing stands out in this picture. A digit on an even ground works, dark or light.")
    return digits


def _chosen(mine: Session, digits: Sequence[Digit]) -> Digit | None:
    """The digit that the rest of the page is about: the last, until another one is chosen."""
    if len(digits) < 2:
        return digits[0] if digits else None
    number = st.segmented_control(
        "Look at the",
        range(len(digits)),
        default=len(digits) - 1,
        format_func=lambda number: f"{number + 1}. digit",
        required=True,
        key=f"draw/digit/{mine.state(DrawState).board}/{len(digits)}",
    )
    return digits[number]


def _reading(mine: Session, digits: Sequence[Digit], subject: Subject) -> None:
    """What is read where there are several digits, from left to right and line by line."""
    own = mine.state(DrawState)
    if len(digits) > 1:
        tiles, words = [], []
        for digit in digits:
            said = verdict(
                probabilities(subject.model, digit.steps(own.skipped)[-1].image[..., None]), subject.sure_from
            )
            name = subject.class_names[said.label]
            words.append(name if said.sure else f"{name}?")
            tiles.append(Tile(digit.image, words[-1], f"read as {name}, {certainty(said.probability)}"))
        st.markdown(f"Reads **{plain(' '.join(words))}**")
        st.html(gallery(tiles, INK_SCALE, FOUND_PX // 28))
    if len(digits) > 1 or own.as_one:

        def said() -> None:
            own.as_one = st.session_state["draw/one"]

        st.toggle(
            "It is one digit",
            own.as_one,
            key="draw/one",
            on_change=said,
            help="Read all that is drawn as parts of a single digit.",
        )


def _others(mine: Session, subject: Subject, image: np.ndarray) -> None:
    """The same drawing, read by other networks."""
    own = mine.state(DrawState)
    titles = {name: title for name, title in subjects(mine).items() if title != subject.title}
    chosen = st.pills(
        "Ask other networks too",
        list(titles),
        selection_mode="multi",
        default=[name for name in own.compared if name in titles],
        format_func=titles.get,
        key=f"draw/compared/{hash(tuple(titles.values()))}",
    )
    own.compared = list(chosen)[-MOST_COMPARED:]
    if len(chosen) > MOST_COMPARED:
        st.caption(f"The {MOST_COMPARED} chosen last are asked.")
    if own.compared:
        for place, name in zip(st.columns(MOST_COMPARED, gap="large"), own.compared):
            with place:
                _other(mine, name, titles[name], image)


def _other(mine: Session, name: str, title: str, image: np.ndarray) -> None:
    asked = subject_of(mine, name)
    if asked is None:
        st.caption(f"{title} has not learned anything yet.")
    elif asked.network.input_shape != (*image.shape, 1):
        st.caption(f"{title} takes images of {shape_text(asked.network.input_shape)}, so it cannot read drawings.")
    else:
        answer(probabilities(asked.model, image[..., None]), asked, label=asked.title, key=f"draw/answer/{name}")


def _reaction(mine: Session, subject: Subject, image: np.ndarray, said: np.ndarray) -> None:
    """What spoke for the answer, and what each layer makes of the drawing; a click leads into it."""
    st.subheader("The whole network reacts", anchor=False)
    _spoke(mine, subject, image, said)
    mine.focus.look_into(subject.network)

    leads = open_to(mine, "feature_maps")

    def go_there() -> None:
        if leads:
            mine.image.source, mine.focus.subject = "drawing", mine.focus.subject or USUAL
            mine.state(DrawState).going_to = "feature_maps"

    pixels = image[..., None]
    drawn_layers(mine, subject, pixels, activations_of(mine, subject, pixels), None, "draw/maps", go_there)
    more = "; click one to see how it comes about" if leads else ""
    st.caption(f"Move over the numbers to see what each one sees of your drawing{more}.")
    link_to("feature_maps", "See what every layer makes of your drawing, one by one")


def _spoke(mine: Session, subject: Subject, image: np.ndarray, said: np.ndarray) -> None:
    """Which of the ink spoke for the answer and against it, and the same for the runner-up."""
    found = verdict(said, subject.sure_from)
    with st.container(horizontal=True, gap="medium", vertical_alignment="top"):
        for target, role in ((found.label, "the answer"), (found.runner_up, "the runner-up")):
            name = subject.class_names[target]
            values = _ink_for(mine, subject, image, target, role)
            scale = signed_scale(values)
            with st.container(width=SPOKE_PX + 20, gap="small"):
                st.markdown(f"What spoke for **{plain(name)}**, {role} ({certainty(said[target])})")
                over = laid_over(values, scale, image[..., None])
                tile = Tile(over, "", f"Your drawing; orange spoke for {name}, blue against it.")
                st.html(gallery([tile], scale, SPOKE_PX // 28) + legend(scale))
    st.caption(f"Orange spoke for it, blue against it, by integrated gradients in {QUICK} steps.")
    link_to("why", "Three more methods, and how far to trust them: Why this answer?")


def _ink_for(mine: Session, subject: Subject, image: np.ndarray, target: int, role: str) -> np.ndarray:
    """(28, 28): how much each pixel of the drawing spoke for a class."""
    pixels = image[..., None]
    return mine.kept(
        f"draw/spoke/{role}",
        (subject.version, pixels.tobytes(), target),
        lambda: integrated_gradients(subject.model, pixels, target, steps=QUICK).values.sum(axis=-1),
    )


def _made_ready(mine: Session, steps: Sequence[Step]) -> None:
    """From the drawing to the 28×28 pixels; each step can be left out, and the answer follows."""
    own = mine.state(DrawState)
    st.subheader("How your drawing became 28×28 pixels", anchor=False)
    names = [step.name for step in steps[1:]]
    key = f"draw/steps/{len(names)}"

    def chosen() -> None:
        own.skipped = frozenset(names) - set(st.session_state[key])

    st.pills(
        "Steps",
        names,
        selection_mode="multi",
        default=[name for name in names if name not in own.skipped],
        format_func=STEP_TITLES.get,
        key=key,
        on_change=chosen,
        help="Switch one off, and see what the network answers without it.",
    )
    with st.container(horizontal=True, gap="medium"):
        for step in steps:
            with st.container(width=STEP_PX + 10, gap="small"):
                title = STEP_TITLES[step.name] + (", left out" if step.skipped else "")
                st.markdown(f"**{title}**")
                small = fitted(step.image, STEP_PX)
                cell = max(1, STEP_PX // max(small.shape))
                st.html(gallery([Tile(small, "", f"{title}. {step.caption}")], INK_SCALE, cell))
                st.caption(step.caption)
    download_tiles(
        [Tile(step.image, STEP_TITLES[step.name], step.caption) for step in steps],
        INK_SCALE,
        "From a drawing to what the network receives, as the makers of MNIST did it: scaled into a box of 20×20 "
        "pixels, drawn with a pen as thin as theirs, and moved so that the centre of mass is in the middle.",
        "drawing",
        "draw/steps/png",
    )
