"""Why a run failed, and what to send where nobody foresaw it."""

from __future__ import annotations

import streamlit as st

from core.training import Snapshot
from core.views.wording import plain


def failure(now: Snapshot) -> None:
    """The message of a run that failed; with a report to copy, where there is one."""
    st.error(plain(now.message), icon=":material/error:")
    if now.report:
        with st.expander("What to send with a report of this error"):
            st.caption(
                "Copy this and send it to whoever runs this server. It holds your network and its recipe, no picture of yours."
            )
            st.code(now.report, language=None, wrap_lines=True)
