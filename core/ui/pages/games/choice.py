"""The choice between the three games."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.ui.pages.games.against import against_the_network
from core.ui.pages.games.fool import fool_it
from core.ui.pages.games.split import split_them
from core.ui.pages.games.state import GamesState
from core.ui.shell.session import Session


def choose_game(mine: Session) -> Callable[[Session], None]:
    """Buttons for the three games; returns the function that draws the chosen one, at first the one last open."""
    games = {
        "split": ("Make them disagree", split_them),
        "fool": ("Fool it", fool_it),
        "against": ("You against the network", against_the_network),
    }
    mine.state(GamesState).game = st.pills(  # they wrap on a phone
        "Game",
        list(games),
        default=mine.state(GamesState).game,
        format_func=lambda game: games[game][0],
        required=True,
        key="games/game",
        label_visibility="collapsed",
    )
    return games[mine.state(GamesState).game][1]
