"""Over-fitting: the same network on few images, with one cure at a time."""

import streamlit as st

from core.ui.pages.cures.dropping import dropping
from core.ui.pages.cures.plan import begin, choose_cures, choose_plan
from core.ui.pages.cures.results import results
from core.ui.shell.frame import head, plain
from core.ui.shell.pages import link_to
from core.ui.shell.session import session

mine = session()
head("Over-fitting", "Train one network on few images, with one cure at a time, and see which of them helps.")
mine.show_notice()
plan = choose_plan(mine)
if plan.problem:
    st.error(plain(plan.problem))
    link_to("build", "Change the network, or choose another one above", "account_tree")
else:
    begin(mine, plan, choose_cures(mine, plan))
series = mine.workspace.series_of("cures")
if series is not None:
    st.divider()
    results(mine, series)
    link_to("compare", "Compare two of them image by image", "compare_arrows")
st.divider()
dropping(mine)
link_to("runs", "All your runs, to be renamed or deleted", "history")
