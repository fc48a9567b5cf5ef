"""A lesson of one's own: written, checked, tried, and handed on."""

from __future__ import annotations

import streamlit as st

from core.learn.lessons import EXAMPLE, MAX_CHARACTERS, MAX_TOKEN, own_name, shipped_text, to_token
from core.network.words import counted
from core.ui.components import component
from core.ui.pages.lessons.state import LessonsState
from core.ui.shell.frame import plain
from core.ui.shell.links import link_with
from core.ui.shell.session import Session
from core.ui.widgets.lesson.opening import LINK, begin, read
from core.ui.widgets.model_files import file_stem

MAX_BYTES = 4 * MAX_CHARACTERS
HEIGHT = 420  # px of the field


def write(mine: Session, own: LessonsState) -> None:
    """The field with its check, and what can be done with a lesson that has no problems."""
    st.subheader("Write your own", anchor=False)
    st.markdown(
        "A lesson is a text: a header, and steps that begin with `## `. Lines that begin with `@` say what is to be done, "
        "predicted or worked out. The example shows all of it: change it, press *Check*, and hand the link on."
    )
    _file(own)
    key = f"lessons/text/{own.fields}"

    def taken() -> None:
        own.text = str(st.session_state[key])

    def check() -> None:
        own.checked, own.found = own.text, read(own.text)

    st.text_area(
        "The text of the lesson", own.text, height=HEIGHT, key=key, on_change=taken, max_chars=MAX_CHARACTERS
    )
    with st.container(horizontal=True, gap="small"):
        st.button("Check", icon=":material/spellcheck:", type="primary", on_click=check, key="lessons/check")
        st.button("The example again", on_click=own.set_text, args=(shipped_text(EXAMPLE),), key="lessons/example")
        st.download_button(
            "Download", own.text.encode("utf-8", "replace"), _file_name(own), "text/markdown", on_click="ignore",
            icon=":material/download:", key="lessons/download",
        )  # fmt: skip
    _said(mine, own)


def _file(own: LessonsState) -> None:
    """A file with the text of a lesson; it takes the place of what is in the field."""
    file = st.file_uploader("Open a file (.md)", ["md", "txt"], key="lessons/file")
    if file is not None and file.file_id != own.file_id:
        own.file_id, own.file_problem = file.file_id, ""
        if file.size > MAX_BYTES:
            own.file_problem = f"A lesson has at most {MAX_CHARACTERS:,} characters; this file is larger."
        else:
            try:
                own.set_text(file.getvalue().decode("utf-8-sig"))
            except UnicodeDecodeError:
                own.file_problem = "This file is no UTF-8 text."
    if file is not None and own.file_problem:
        st.error(f"{own.file_problem} What is in the field has stayed.", icon=":material/error:")


def _file_name(own: LessonsState) -> str:
    lesson = own.found.lesson if own.found is not None and own.checked == own.text else None
    return f"{file_stem(lesson.title) if lesson is not None else 'lesson'}.md"


def _said(mine: Session, own: LessonsState) -> None:
    found = own.found
    if found is None:
        return
    if own.checked != own.text:
        st.info("The text has changed since it was checked.", icon=":material/edit:")
        return
    if found.lesson is None:
        lines = "".join(f"\n- {plain(str(one))}" for one in found.problems)
        st.error(f"{counted(len(found.problems), 'problem')}:\n{lines}", icon=":material/error:")
        return
    lesson, text = found.lesson, own.text
    st.success(
        f"“{plain(lesson.title)}”: {counted(len(lesson.steps), 'step')}, no problems.", icon=":material/check_circle:"
    )
    if found.warnings:
        st.warning("".join(f"\n- {plain(str(one))}" for one in found.warnings), icon=":material/info:")

    def look() -> None:
        own.whole = text

    with st.container(horizontal=True, gap="small"):
        st.button(
            "Preview", icon=":material/play_arrow:", key="lessons/preview",
            on_click=lambda: begin(mine, own_name(text), text, lesson, anew=True),
            help="From its first step, as those see it who open the link.",
        )  # fmt: skip
        st.button("Show it whole", icon=":material/print:", key="lessons/own/whole", on_click=look)
    token = to_token(text)
    if len(token) > MAX_TOKEN:
        st.info(
            f"As a link it would have {len(token):,} characters, and browsers and mails cut such links. Hand the file on "
            "instead: it is opened here.", icon=":material/link_off:",
        )  # fmt: skip
        return
    link = link_with(token, LINK)
    st.markdown(
        f"**The link**, {len(link):,} characters: the whole lesson is in it, and nothing is stored on the server."
    )
    with st.container(height=90, border=True):
        st.code(link, language=None, wrap_lines=True)
    component("copy")(data={"text": link}, key="lessons/copy")
