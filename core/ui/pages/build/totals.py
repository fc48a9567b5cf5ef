"""Parameters, multiply-adds, memory and receptive field of the whole network."""

from __future__ import annotations

import streamlit as st

from core.network import (
    ReceptiveField,
    Trace,
    trace,
)
from core.training.limits import memory_needed
from core.ui.shell.session import Session
from core.views.glossary import defined
from core.views.wording import count_text, exact_text, memory_text


def totals(mine: Session, traced: Trace) -> None:
    """Metrics of the whole network, with the changes by the last edit; dashes while it cannot work."""
    before = traced if mine.editor.edited is None else trace(mine.editor.edited)
    now, then = _figures(traced), _figures(before)
    kinds = (
        ("Parameters", exact_text, defined("parameter")),
        ("Trainable", exact_text, "Those of them that are learned; the others are running means and variances."),
        (
            "Multiply-adds",
            count_text,
            defined("multiply-adds", "M: millions, G: billions."),
        ),
    )
    with st.container(horizontal=True, key="totals"):  # the style keeps room for the changes
        for (label, text, words), value, old in zip(kinds, now, then):
            delta = (
                None
                if value is None or old is None or value == old
                else f"{'+' if value > old else '−'}{text(abs(value - old))}"
            )
            shown = "–" if value is None else text(value)
            st.metric(label, shown, delta, delta_color="off", delta_arrow="off", width=150, help=words)
        seen, was = _last_view(traced), _last_view(before)
        st.metric(
            "Last map sees",
            seen or "–",
            f"was {was}" if seen and was and seen != was else None,
            delta_color="off",
            delta_arrow="off",
            width=150,
            help=defined("receptive field", "Here that of a unit of the last feature map."),
        )
        memory = memory_needed(traced, mine.editor.recipe.batch_size)
        st.metric(
            f"Memory, batch {mine.editor.recipe.batch_size}",
            memory_text(memory) if now[0] is not None else "–",
            width=150,
            help="About what training takes: weights, gradients, two numbers a weight for the optimiser, and all "
            "activations of a batch with their gradients.",
        )


def _figures(traced: Trace) -> tuple[int | None, int | None, int | None]:
    if not traced.works or not traced.rows:
        return (None, None, None)
    return (traced.parameters, traced.trainable_parameters, traced.macs)


def _last_view(traced: Trace) -> str | None:
    last = traced.last_map if traced.works else None
    return sees_words(last.field) if last else None


def sees_words(field: ReceptiveField) -> str:
    """`14×14`, or `all 28×28` where nothing is left unseen."""
    if field.covers_input:
        return f"all {field.input_shape[0]}×{field.input_shape[1]}"
    return f"{field.size[0]}×{field.size[1]}"
