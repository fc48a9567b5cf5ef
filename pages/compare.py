"""Compare: several networks on the same test images, and whether their differences are real."""

from functools import partial

import streamlit as st

from core.study.comparison import compared
from core.ui.pages.compare.gradients import gradient_by_layer
from core.ui.pages.compare.joining import joining
from core.ui.pages.compare.learning import learning
from core.ui.pages.compare.pairs import pairs
from core.ui.pages.compare.table import fairness, table
from core.ui.shell.frame import head
from core.ui.shell.pages import end_page, link_to
from core.ui.shell.session import session
from core.ui.widgets.studies import (
    choose_images,
    choose_networks,
    contenders_of,
    fingerprint,
    fitting,
    studied,
    watch,
)

mine = session()
head("Compare", "Choose networks, and see which is better, at what price, and whether chance alone could explain it.")
mine.show_notice()
joining(mine)
entrants = choose_networks(mine, "compare")
if not entrants:
    st.info("Choose at least one network. Two or more are tested against each other.")
    learning(mine, entrants)
    link_to("train", "Train a network of your own", "monitoring")
    end_page()
images = choose_images(mine, entrants, "compare")
fit = fitting(entrants, images)
study = None
if images is None and any(one.live for one in entrants):
    st.info("What trains is tested as soon as it has learned something. Its curve follows below.")
elif images is None:
    st.info("There are no test images here for these networks. Choose one more that learned from digits or clothes.")
elif fit:
    contenders = contenders_of(fit)
    study = studied(mine, "compare", fingerprint(fit, images), partial(compared, contenders, images))
watch(study, entrants, lambda: table(entrants, fit, images, study))
if images is not None and study is not None:
    fairness(fit, images)
    if study.finished and study.latest is not None and len(fit) > 1:
        pairs(mine, fit, study.latest, images)
learning(mine, entrants)
gradient_by_layer(mine, entrants)
link_to("train", "Train a network, and compare it with these", "monitoring")
