"""Panels: views of a layer, each a row that says for what it is, what it computes, draws and gives away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import streamlit as st

from core.network import Path, trace
from core.study.memory import Memory
from core.ui.shell.session import Session
from core.ui.widgets.downloads import File, give_away
from core.ui.widgets.layers import layer_words
from core.ui.widgets.model_view import ModelView
from core.views.wording import plain

HEAVY = 50_000_000  # multiply-adds for one image, from which on a computation waits for a button
MOST_KEPT = 1_000  # results about networks that come trained: one for each panel and layer, a few kB each

Progress = Callable[..., Any]  # (share in 0…1, words)
KEPT_FOR_ALL: Memory[_Computed] = Memory(
    MOST_KEPT
)  # what any visitor has computed about a network that comes trained


@dataclass(frozen=True)
class LayerInFocus:
    """One layer of a trained network: what panels are about. Pages extend it by what else is chosen."""

    mine: Session
    subject: ModelView
    path: Path

    @property
    def words(self) -> str:
        return layer_words(self.subject.network, self.path)


C = TypeVar("C", bound=LayerInFocus)


class Drawn(NamedTuple):
    """The foot of a panel: the caption, and the files to take away."""

    caption: str = ""
    files: Sequence[File] = ()


@dataclass(frozen=True)
class Computation(Generic[C]):
    """A computation that takes long: done once for each version of the weights, where it is heavy on a button.

    About a network that comes trained it is done once for all visitors.

    Attributes:
        run: (focus, progress) → result; progress is told a share in 0…1 and, if there is more to say, words.
        about: the other inputs of the result besides the weights and the dataset, as a hashable.
        button: its label.
        waiting: Markdown that stands below the button until there is a result.
        waits: true if it waits for the button although weights stay.
    """

    run: Callable[[C, Progress], Any]
    about: Callable[[C], tuple]
    button: str
    waiting: Callable[[C], str] = lambda _: ""
    waits: Callable[[C], bool] = lambda at: trace(at.subject.network).macs > HEAVY


@dataclass(frozen=True)
class Panel(Generic[C]):
    """A view of a layer.

    Attributes:
        name: prefix of the keys of its widgets and of its results.
        title: in Markdown, or made from the focus.
        draw: puts the view on the page; is given the focus and, with `compute`, the result.
        compute: its computation, if that takes long.
        why_not: the reason why this network or layer has no such view; empty where it has one.
        help: added to the title.
    """

    name: str
    title: str | Callable[[C], str]
    draw: Callable[..., Drawn]
    compute: Computation[C] | None = None
    why_not: Callable[[C], str] = lambda _: ""
    help: str = ""

    def titled(self, at: C) -> str:
        return self.title(at) if callable(self.title) else self.title

    def show(self, at: C, headed: bool = True) -> None:
        """Put the panel on the page, with its title where that stands nowhere else."""
        if headed:
            st.markdown(f"**{self.titled(at)}**{self.help}")
        why_not = self.why_not(at)
        if why_not:
            st.caption(plain(why_not)) if headed else st.info(plain(why_not))
            return
        results = ()
        if self.compute is not None:
            found = _computed(self.name, self.compute, at)
            if found is None:
                st.caption(self.compute.waiting(at))
                return
            results = (found.result,)
        give_away(self.name, *self.draw(at, *results))


class _Computed(NamedTuple):
    """A result, the version of the weights that it is of, and how to call that version."""

    version: object
    when: str
    result: Any


def _computed(name: str, computation: Computation[C], at: C) -> _Computed | None:
    """The result for these weights, or the last one until the button is pressed again; None before the first."""
    subject, about = at.subject, computation.about(at)
    results = at.mine.kept(name, (subject.identity, subject.network, subject.dataset), dict)
    shared = (name, subject.who, subject.dataset, about) if subject.everyones and not subject.live else None
    known: _Computed | None = results.get(about) or (KEPT_FOR_ALL.get(shared) if shared else None)
    if known is None or known.version != subject.version:
        slot = st.empty()
        waits = subject.live or computation.waits(at)
        if waits and results.pop("asked", None) != about:
            slot.button(
                computation.button + ("" if known is None else " again"),
                icon=":material/search:",
                on_click=results.update,
                kwargs={"asked": about},
                key=f"{name}/ask",
            )
        else:
            bar = slot.progress(0.0, "This takes a moment …")
            version, when = subject.version, _when(at)
            result = computation.run(at, lambda share, words="": bar.progress(share, words or f"{share:.0%}"))
            known = results[about] = _Computed(version, when, result)
            if shared:
                KEPT_FOR_ALL.put(shared, known)
            slot.empty()
    if known is not None and (known.version != subject.version or subject.live):
        st.caption(f"With the weights {known.when}.")
    return known


def _when(at: LayerInFocus) -> str:
    """The weights that are shown now, in words that hold later."""
    if not at.subject.live or at.mine.run is None:
        return "that were there before"
    now = at.mine.run.snapshot
    return f"of epoch {now.epoch}, step {now.step:,}"
