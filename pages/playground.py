"""Playground: draw, train and look inside on one screen where everything moves."""

import streamlit as st

from core.ui.components import component
from core.ui.pages.playground.address import follow_address, write_address
from core.ui.pages.playground.answer import answer, aside
from core.ui.pages.playground.bar import bar
from core.ui.pages.playground.input import choose_input
from core.ui.pages.playground.stage import stage
from core.ui.pages.playground.strip import strip
from core.ui.pages.playground.subject import Seen, seen
from core.ui.pages.playground.tour import playground_tour
from core.ui.pages.playground.waking import until_awake
from core.ui.shell.frame import following, help_mark
from core.ui.shell.pages import link_to
from core.ui.shell.private import bring_into_view
from core.ui.shell.session import session
from core.views.wording import plain

STAGE_SECONDS = 0.18  # at least five times a second
SLOWER_SECONDS = 0.5

mine = session()
follow_address(mine)
with st.container(key="playground-title"):
    st.title("Playground", anchor=False)
    component("stage_script")(key="playground/stage_script")
mine.show_notice()
if mine.editor.link_problem:
    st.error(plain(mine.editor.link_problem), icon=":material/link_off:")
bar(mine)
with st.container(key="playground"):
    left, middle, right = st.columns([284, 760, 240], gap="medium")
with left:
    picture = choose_input(mine)


def shown() -> Seen:
    """What is on the stage now."""
    return seen(mine, picture.image)


with right:  # first what one waits for
    following(lambda: mine.run, SLOWER_SECONDS, lambda: answer(mine, shown(), picture))
with middle:
    following(lambda: mine.run, STAGE_SECONDS, lambda: stage(mine, shown(), picture.image))
with right:
    following(lambda: mine.run, SLOWER_SECONDS, lambda: aside(mine, shown()))
with middle, st.container(key="playground-below"):
    following(lambda: mine.run, SLOWER_SECONDS, lambda: strip(mine, shown(), picture))
bring_into_view(mine.reveals, "playground-below")
if shown().asleep:
    until_awake()
with st.container(horizontal=True, gap="medium", key="playground-links"):
    link_to("build", "All settings of the network: Build")
    link_to("train", "All settings of the training: Train")
    link_to("feature_maps", "Each layer, larger: Feature maps")
write_address(mine)
with st.container(key="playground-tour", horizontal=True, gap="xsmall", width="content"):
    help_mark("playground")
    playground_tour(mine)  # it asks what has come about above
