"""The convolutional network as the dense matrices that it is."""

from __future__ import annotations

import streamlit as st

from core.insight import network_counts
from core.study.price import Equal
from core.ui.pages.price.training import trained
from core.ui.shell.pages import go_to, open_to
from core.ui.shell.session import Session
from core.ui.widgets.controls import control
from core.ui.widgets.downloads import give_away, table_file
from core.views.price import matrix_rows, matrix_table, matrix_words


def as_matrices(mine: Session, pair: Equal) -> None:
    """The count of zeros and repeats of each convolution, and the way to one of the matrices."""
    network = pair.convolutional
    st.markdown("**What the convolutions would be as dense layers**")
    alt = "Convolutions as dense matrices: entries, zeros, repeats and different weights of each"
    st.table(matrix_rows(network), hide_index=True, border="horizontal", alt=alt)
    give_away("price/matrix", matrix_words(network), [table_file(matrix_table(network), "dense-matrices")])
    run = trained(mine, pair).get("convolutional")
    known = run is not None and bool(run.snapshot.evaluations)

    def show() -> None:
        if run is not None:
            mine.choose_run(run)
            mine.focus.subject, mine.focus.closely = "run", "matrix"
            mine.focus.look_into(network)
            mine.focus.look_at(next(iter(network_counts(network))))
            go_to("kernels")

    if open_to(mine, "kernels"):
        why_not = None if known else "Train it first: the matrix holds learned weights."
        does = "Opens Kernels with the first convolution as a dense matrix."
        control("See the matrix", "grid_on", show, why_not, does, "price/kernels")
