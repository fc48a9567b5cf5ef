"""The layer and its settings of the page Dropout, batch norm, the batch before and behind it, and what is said of it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.learn.noise import DRAWS, MOST_RATE, Kind, deviation, expected, measured, moments
from core.learn.normalisation import normalised, of_batch
from core.network.words import counted
from core.ui.pages.dropout.state import DropoutState
from core.ui.shell.session import Session
from core.ui.widgets.grids import drawn_grids
from core.ui.widgets.numbers import decimal_number, whole_number
from core.views.grids import plain_number
from core.views.normalising import NAMES, dropped_data, moment_rows, moving_words, normalised_data, statistics_rows

STEPS = (1, 10, 100)
MOST_SEED = 9999
KERAS = {"dropout": "Dropout({})", "spatial": "SpatialDropout2D({})", "gaussian": "GaussianDropout({})"}
MEANINGS = {
    "dropout": "Each number is forgotten on its own. Neighbours of a map say nearly the same, so what is forgotten can often be guessed.",
    "spatial": "A map is forgotten as a whole or not at all, so that nothing of it can be guessed from its neighbours.",
    "gaussian": "Nothing is forgotten: each number is multiplied by noise with the mean and the deviation that dropout’s factor has.",
}


def choose(own: DropoutState) -> None:
    """Which layer, training or inference, its settings, and what fills the batch."""

    def kind() -> None:
        own.kind = st.session_state["dropout/kind"] or own.kind

    def mode() -> None:
        own.training = (st.session_state["dropout/mode"] or "Training") == "Training"

    st.segmented_control(
        "Layer",
        list(NAMES),
        default=own.kind,
        format_func=NAMES.__getitem__,
        required=True,
        key="dropout/kind",
        on_change=kind,
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.segmented_control(
            "Works as in", ["Training", "Inference"], default="Training" if own.training else "Inference", required=True,
            key="dropout/mode", on_change=mode,
        )  # fmt: skip
        if own.kind == "norm":
            _decimal(
                own,
                "Epsilon ε",
                "epsilon",
                (0.0001, 1.0, 0.001, "%.4f"),
                "Added to the variance, so that nothing is divided by 0.",
            )
            _decimal(
                own,
                "Momentum m",
                "momentum",
                (0.0, 1.0, 0.01, "%.3f"),
                "How much of the moving statistics stays in a step.",
            )
        else:
            _decimal(
                own, "Rate", "rate", (0.0, MOST_RATE, 0.05, "%.2f"), "The probability with which dropout forgets."
            )
            whole_number(
                "Seed",
                0,
                MOST_SEED,
                partial(getattr, own, "draw"),
                partial(setattr, own, "draw"),
                "dropout/draw",
                own.lots,
            )
    with st.container(horizontal=True, gap="small"):
        if own.kind != "norm":
            still = None if own.training else "In inference nothing is drawn."
            st.button("Draw again", key="dropout/again", icon=":material/casino:", on_click=own.draw_again, disabled=bool(still), help=still)  # fmt: skip
        st.button("Another batch", key="dropout/batch", icon=":material/shuffle:", on_click=own.randomise)
        st.button("Example", key="dropout/example", icon=":material/restart_alt:", on_click=own.restart)


def _decimal(own: DropoutState, label: str, name: str, ends: tuple[float, float, float, str], words: str) -> None:
    decimal_number(label, *ends, partial(getattr, own, name), partial(setattr, own, name), f"dropout/{name}", words)


def drop(mine: Session, own: DropoutState, kind: Kind) -> None:
    """The batch, what is drawn, what comes out; and mean and deviation."""
    factors = own.factors
    drawn_grids(dropped_data(own.values, factors, kind, own.rate), "dropout/grids", own.turn, own.take)
    after = own.values if factors is None else own.values * factors
    rate = own.rate if own.training else 0.0
    asked = kind, rate, own.values.tobytes()
    many = mine.kept("dropout/measured", asked, lambda: measured(kind, own.values, rate, 0))
    st.table(
        moment_rows(moments(own.values), moments(after), expected(own.values, rate), many, DRAWS), hide_index=True,
        border="horizontal",
    )  # fmt: skip
    if not own.training:
        st.markdown(
            "- In inference, dropout does nothing: the factor 1 / (1 − rate) in training has seen to it that the mean is right."
        )
    else:
        st.markdown(
            f"- {MEANINGS[kind]}\n- The factor has the mean 1 and the standard deviation √(rate / (1 − rate)) = √({own.rate:g} / "
            f"(1 − {own.rate:g})) = {plain_number(deviation(own.rate))}. So the mean stays on average, and the deviation grows."
        )
    st.code(f"keras.layers.{KERAS[kind].format(f'{own.rate:g}')}", language="python")


def normalise(own: DropoutState) -> None:
    """The batch, what comes out, the statistics, and the steps of training that moving ones see."""
    batch, used = of_batch(own.values), own.used
    output = normalised(own.values, used, own.gamma, own.beta, own.epsilon)
    data = normalised_data(own.values, output, used, own.gamma, own.beta, own.epsilon)
    drawn_grids(data, "dropout/normal", own.turn, own.take)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for steps in STEPS:
            words = counted(steps, "step")
            st.button(
                f"Train {words}",
                key=f"dropout/train/{steps}",
                icon=":material/replay:",
                on_click=own.train,
                args=(steps,),
            )
        st.button("Forget", key="dropout/forget", icon=":material/undo:", on_click=own.forget, disabled=not own.steps)
        st.markdown(f"Steps that the moving statistics have seen: **{own.steps:,}**")
    st.table(statistics_rows(batch, own.moving, of_batch(output), own.training), hide_index=True, border="horizontal")
    st.markdown(moving_words(own.moving, batch, own.momentum))
    st.markdown(
        "- In training, each channel is brought to mean β and deviation γ over this batch: what comes out for an image depends on the "
        "others beside it.\n- In inference, the moving statistics stand for the batch, so that an image gets the same answer whatever "
        "stands beside it. Before they have seen enough steps, they are wrong: compare the two."
    )
    st.code(f"keras.layers.BatchNormalization(momentum={own.momentum:g}, epsilon={own.epsilon:g})", language="python")
