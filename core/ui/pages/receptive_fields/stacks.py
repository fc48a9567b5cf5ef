"""A stack of 3×3 convolutions against the single one that sees as much."""

from __future__ import annotations

import streamlit as st

from core.insight import stacked
from core.network.percentages import rough_percent
from core.ui.shell.session import Session
from core.ui.widgets.downloads import download_table
from core.ui.widgets.lesson.controls import tell


def stacks(mine: Session) -> None:
    """A stack of 3×3 convolutions against the single one that sees as much."""
    with st.expander(
        "Why two 3×3 equal one 5×5, and at what price", on_change="rerun", key="fields/stacks"
    ) as opened:
        if not opened.open:
            tell(mine, "receptive_fields", stack=None)
            return
        with st.container(horizontal=True):
            count = st.number_input("3×3 layers", 1, 5, 2, key="fields/stacks/count", width=150)
            channels = st.number_input("Channels", 1, 1024, 16, key="fields/stacks/channels", width=150)
        tell(mine, "receptive_fields", stack=count)
        found = stacked([3] * count, channels)
        size = found.stack.size
        lines = [
            {
                "": words,
                "Sees": f"{cost.size}×{cost.size}",
                "Parameters": f"{cost.parameters:,}",
                "Multiply-adds": f"{cost.macs:,}",
            }
            for words, cost in ((f"{count} × Conv2D 3×3", found.stack), (f"1 × Conv2D {size}×{size}", found.single))
        ]
        st.table(lines, hide_index=True, border="horizontal", width="content")
        download_table(lines, "stacked-kernels", "fields/stacks/csv")
        if count == 1:
            st.markdown("With one layer they are the same thing. Stack another one.")
        else:
            saved = 1 - found.stack.macs / found.single.macs
            st.markdown(
                f"Each further 3×3 layer widens the view by 2, so {count} of them see {size}×{size} pixels, with "
                f"**{rough_percent(saved)}** fewer multiply-adds than one {size}×{size} kernel; and an activation can "
                f"stand between them, which lets them tell more apart."
            )
        st.caption(
            "As many channels go in as come out, the stride is 1; multiply-adds are counted for each position of the "
            "map. The price: the maps in between need memory, and the layers wait for each other (Simonyan and "
            "Zisserman, 2015)."
        )
