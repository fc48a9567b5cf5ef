"""The ready tables of the page S2–C3 table, the boxes, and what they cost and mean."""

from __future__ import annotations

import streamlit as st

from core.learn.connections import FULL, OF_1998, OUTPUTS, connections, groups, macs, parameters
from core.learn.convolution_layer import Formula
from core.ui.pages.s2_c3.state import PATTERNS, S2C3State
from core.ui.widgets.ticks import ticked_table
from core.views.connections import reading, table_rows


def tick(own: S2C3State) -> None:
    """The tables that are ready, and the boxes."""
    with st.container(horizontal=True, gap="small"):
        for name, table in PATTERNS.items():
            here = own.table == table
            st.button(
                name, key=f"s2-c3/{name}", icon=":material/check:" if here else ":material/restart_alt:",
                on_click=own.open, args=(name,),
            )  # fmt: skip
    ticked_table(own.table, "s2-c3/table", own.turn, own.take)
    with st.expander("The table in words"):
        st.table(table_rows(own.table), hide_index=True, border="horizontal")


def price(own: S2C3State) -> None:
    """Parameters, multiply-adds and connections as formulas, beside those of 1998 and of the full connection."""
    found = parameters(own.table)
    st.markdown(
        "  \n".join([
            _line("Parameters", found, f"1998: {parameters(OF_1998).value:,}, full: {parameters(FULL).value:,}"),
            _line("Multiply-adds", macs(own.table), f"1998: {macs(OF_1998).value:,}, full: {macs(FULL).value:,}"),
            _line("Connections", connections(own.table), f"1998: {connections(OF_1998).value:,}, full: {connections(FULL).value:,}"),
        ])
    )  # fmt: skip
    st.caption(
        "Connections are what the paper counts: each parameter, the bias too, at each of the 10×10 places of a map."
    )


def _line(name: str, formula: Formula, others: str) -> str:
    return f"**{name}** {formula.letters} = {formula.numbers} = **{formula.value:,}** ({others})"


def meaning(own: S2C3State) -> None:
    """What the table means, and how Keras writes it, where it can."""
    for words in reading(own.table):
        st.markdown(f"- {words}")
    parts = groups(own.table)
    if parts is None:
        st.markdown(
            "**In Keras** no layer connects like this: the groups of `Conv2D` part the maps into equal runs. *Two groups* above is the "
            "nearest that it has. The LeNet-5 of this app is connected in full, as it is written today."
        )
        return
    st.code(f"keras.layers.Conv2D({OUTPUTS}, 5{f', groups={parts}' if parts > 1 else ''})", language="python")
