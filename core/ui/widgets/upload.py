"""A picture from the visitor's machine: it is read once, and forgotten when they take it away."""

from __future__ import annotations

import streamlit as st

from core.data.uploads import InvalidPicture, read_picture
from core.ui.shell.session import Session

KINDS = ["png", "jpg", "jpeg", "webp", "gif", "bmp"]


def uploaded(mine: Session, label: str, key: str) -> bool:
    """The field for a picture, which is kept as `mine.image.upload`, or else `mine.image.upload_problem` says why it cannot be.

    Returns:
        Whether a new picture has just come and could be read.
    """

    def taken_away() -> None:
        if st.session_state[key] is None:  # an empty field on a page just opened is no change
            mine.image.forget_upload()

    file = st.file_uploader(label, KINDS, key=key, on_change=taken_away)
    if file is None or file.file_id == mine.image.upload_id:
        return False
    mine.image.forget_upload()
    mine.image.upload_id = file.file_id
    try:
        mine.image.upload = read_picture(file.getvalue())
    except InvalidPicture as problem:
        mine.image.upload_problem = str(problem)
    return mine.image.upload is not None
