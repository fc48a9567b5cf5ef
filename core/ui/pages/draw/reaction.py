"""The attribution of the prediction to the ink, and the activations of all layers."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.insight import verdict
from core.insight.saliency import integrated_gradients
from core.ui.pages.draw.digits import look_into_drawing
from core.ui.shell.pages import go_to, link_to, open_to
from core.ui.shell.session import Session
from core.ui.widgets.activations import activations_of, drawn_layers
from core.ui.widgets.model_view import ModelView
from core.views.images import Tile, cell_size, gallery, laid_over, legend, signed_scale
from core.views.wording import certainty, plain

QUICK = 12  # steps of integrated gradients, anew with each stroke
ATTRIBUTION_PX = 196


def reaction(mine: Session, subject: ModelView, pixels: np.ndarray, said: np.ndarray | None) -> None:
    """Attributions for the two most likely classes and the activations of all layers; a click opens Feature maps.

    Without a prediction, nothing is drawn yet, and `pixels` are black.
    """
    st.subheader("The whole network reacts", anchor=False)
    with st.container(key="draw-attributions"):
        _attributions(mine, subject, pixels, said)
    mine.focus.look_into(subject.network)

    leads = open_to(mine, "feature_maps")

    def go_there() -> None:
        if leads and said is not None:
            look_into_drawing(mine)
            mine.focus.draw_all()
            mine.reveals.renew()
            go_to("feature_maps")

    drawn_layers(mine, subject, pixels, activations_of(mine, subject, pixels), None, "draw/maps", go_there)
    more = "; click one to see how it comes about" if leads else ""
    if said is None:
        st.caption("So far these are the numbers of an empty drawing: what the biases alone make of it.")
    else:
        st.caption(f"Move over the numbers to see what each one sees of your drawing{more}.")
    link_to("feature_maps", "See what every layer makes of your drawing, one by one")


def _attributions(mine: Session, subject: ModelView, pixels: np.ndarray, said: np.ndarray | None) -> None:
    """Attribution maps of the predicted class and of the runner-up; black as long as nothing is drawn."""
    predicted = None if said is None else verdict(said, subject.sure_from)
    with st.container(horizontal=True, gap="medium", vertical_alignment="top", key="strip-attributions"):
        for role in ("the prediction", "the runner-up"):
            if said is None or predicted is None:
                name, sure, values = "–", "none yet", np.zeros(pixels.shape[:2])
            else:
                target = predicted.label if role == "the prediction" else predicted.runner_up
                name, sure = subject.class_names[target], certainty(said[target])
                values = _attribution(mine, subject, pixels, target, role)
            scale = signed_scale(values)
            with st.container(width=ATTRIBUTION_PX + 20, gap="small"):
                st.markdown(f"What spoke for **{plain(name)}**, {role} ({sure})")
                over = laid_over(values, scale, pixels)
                words = "Nothing yet." if said is None else f"Your drawing; orange spoke for {name}, blue against it."
                tile = Tile(over, "", words)
                st.html(gallery([tile], scale, cell_size(values.shape, ATTRIBUTION_PX)) + legend(scale))
    st.caption(f"Orange spoke for it, blue against it, by integrated gradients in {QUICK} steps.")
    link_to("why", "Three more methods, and how far to trust them: Why this answer?")


def _attribution(mine: Session, subject: ModelView, pixels: np.ndarray, target: int, role: str) -> np.ndarray:
    """Attribution of a class to each pixel by integrated gradients, (h, w)."""
    return mine.kept(
        f"draw/spoke/{role}",
        (subject.version, pixels.tobytes(), target),
        lambda: integrated_gradients(subject.model, pixels, target, steps=QUICK).values.sum(axis=-1),
    )
