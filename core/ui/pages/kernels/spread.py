"""A histogram of the layer's weights."""

from __future__ import annotations

import streamlit as st

from core.insight import weight_histogram
from core.network.words import counted
from core.ui.pages.kernels.one_kernel import OneKernel
from core.ui.shell.frame import look
from core.ui.widgets.downloads import chart_file
from core.ui.widgets.panels import Drawn, Panel
from core.views.images import figure
from core.views.inside import histogram


def _draw(one: OneKernel) -> Drawn:
    edges, counts = weight_histogram(one.subject.model, one.subject.network, one.path)
    weights = counted(counts.sum(), "weight")
    alt = f"Histogram of {weights} between {figure(edges[0])} and {figure(edges[-1])}."
    st.vega_lite_chart(histogram(edges, counts, look()), key="kernels/spread", alt=alt)
    words = f"{one.subject.title}, {one.words}: its {weights} by size."
    return Drawn(
        f"The {weights} of the layer by size. What is near zero does little; in training, the "
        "few that matter move outwards.",
        [chart_file(alt, words, "weights-spread")],
    )


SPREAD = Panel("kernels/spread", "How its weights are spread", _draw)
