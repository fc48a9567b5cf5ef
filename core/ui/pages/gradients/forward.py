"""Forward and loss: the probabilities, and how wrong they are."""

from __future__ import annotations

import streamlit as st

from core.study.descent import Backward
from core.ui.shell.frame import look, plain
from core.ui.shell.pages import link_to
from core.ui.shell.session import Session
from core.ui.widgets.model_view import ModelView
from core.views.charts import probability_bars
from core.views.descent import class_rows, loss_rows
from core.views.images import INK_SCALE, Tile, cell_size, figure, gallery, shown_image

SIDE_PX = 196


def forward(mine: Session, subject: ModelView, back: Backward) -> None:
    """The image and the probabilities."""
    names, best = subject.class_names, int(back.predicted.argmax())
    image, chart = st.columns([2, 5], gap="large")
    with image:
        st.markdown("**The image**")
        tile = Tile(shown_image(back.image), "", "the image as the network receives it")
        st.html(gallery([tile], INK_SCALE, cell_size(back.image.shape[:2], SIDE_PX)))
    with chart:
        st.markdown("**The probabilities**")
        st.vega_lite_chart(
            probability_bars(back.predicted, names, look()),
            key="gradients/probabilities",
            alt=f"Probability of each class; the highest is {names[best]} with {figure(float(back.predicted[best]))}.",
        )
    st.caption(
        "Forward: each layer works on what the layer before it put out, and softmax makes probabilities of the last numbers. As the "
        "network predicts: dropout passes everything on, and batch normalisation takes what it has gathered."
    )
    link_to("feature_maps", "Every layer on the way: Feature maps", "layers")


def loss(mine: Session, subject: ModelView, back: Backward) -> None:
    """The loss with its numbers, and where the way back begins."""
    name, there = subject.class_names[back.label], float(back.predicted[back.label])
    st.markdown(
        f"Loss = −ln p(true class) = −ln p({plain(name)}) = −ln {figure(there, 4)} = **{figure(back.loss, 4)}**",
    )
    values, slopes = st.columns(2, gap="large")
    with values:
        st.markdown("**How the loss punishes**")
        st.table(
            loss_rows(back), hide_index=True, border="horizontal", alt="The loss for this and other probabilities"
        )
        st.caption(
            "Cross-entropy: only the probability of the true class counts. It is 0 for who is certain and right, and grows without "
            "end for who is certain and wrong."
        )
    with slopes:
        st.markdown("**Where the way back begins**")
        rows = class_rows(back, [plain(one) for one in subject.class_names])
        st.table(rows, hide_index=True, border="horizontal", alt="Probability less truth for each class")
        st.caption(
            "The gradient of the loss by the numbers that softmax gets is p − y, with y = 1 for the true class and 0 for all others: "
            "the true one is to be raised, the others lowered, each by as much as it is wrong."
        )
