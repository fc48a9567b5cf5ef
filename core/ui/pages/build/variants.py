"""The popover Variant: the same network without a part, with another in its place or of another size; and both compared."""

from __future__ import annotations

import streamlit as st

from core.data import SOURCES
from core.network import Network, Trace, trace
from core.network.counterparts import Counterpart, counterparts, of_size
from core.network.variants import NoVariant
from core.network.words import counted
from core.training import StoreError, why_unfit
from core.training.series import Planned
from core.ui.pages.build.state import BuildState, Made
from core.ui.shell.pages import go_to, open_to
from core.ui.shell.session import Session
from core.ui.widgets.controls import control
from core.ui.widgets.studies import StudyState
from core.views.wording import count_text, plain

TITLE, PAGE = "With and without", "compare"  # of the series of runs
FEWEST, MOST = 100, 5_000_000  # parameters that can be asked for


def choose_variant(mine: Session) -> None:
    """A popover with the variants that the network in the editor has, each with what it costs."""
    network = mine.editor.network
    traced = trace(network)
    with st.popover("Variant", icon=":material/alt_route:", key=f"variant/{mine.state(BuildState).varying}"):
        st.markdown("**The same network, but** one thing is different. A press opens it; Undo brings this one back.")
        if traced.problems or not traced.rows:
            st.caption("The network cannot work yet: fix it first.")
            return
        for one in counterparts(network):
            _offer(mine, network, traced, one, f"variant/{one.key}")
        _of_size(mine, network, traced)


def _offer(mine: Session, network: Network, traced: Trace, one: Counterpart, key: str) -> None:
    """A button that opens a variant, and what it is and costs."""
    title = plain(f"{one.title[0].upper()}{one.title[1:]}")
    st.button(title, key=key, on_click=_open, args=(mine, network, one))
    source = f" {one.source}." if one.source else ""
    st.caption(f"{one.says} {_costs(traced, one.network)}.{source}")


def _of_size(mine: Session, network: Network, traced: Trace) -> None:
    """A field for the number of parameters, and the button that makes the network as large."""
    asked = st.number_input(
        "Parameters", FEWEST, MOST, min(max(traced.parameters, FEWEST), MOST), step=1000, key=f"variant/size/{mine.editor.widgets}",
        help="All hidden layers are made as many times wider or narrower; single ones then make up for the rest.",
    )  # fmt: skip
    if asked == traced.parameters:
        st.caption("It has so many. Type another number: it is made wider or narrower.")
        return
    try:
        one = of_size(network, int(asked))
    except NoVariant as problem:
        st.caption(plain(str(problem)))
        return
    _offer(mine, network, traced, one._replace(title=f"Make it {one.title}"), "variant/width")


def _costs(traced: Trace, changed: Network) -> str:
    """`78,426 → 73,770 parameters, 7.1 M → 6.9 M multiply-adds`."""
    after = trace(changed)
    before_macs, after_macs = count_text(traced.macs), count_text(after.macs)
    macs = after_macs if before_macs == after_macs else f"{before_macs} → {after_macs}"
    return f"{traced.parameters:,} → {counted(after.parameters, 'parameter')}, {macs} multiply-adds"


def _open(mine: Session, network: Network, one: Counterpart) -> None:
    """Open a variant in the editor, unless the network has been changed meanwhile."""
    own, editor = mine.state(BuildState), mine.editor
    if editor.network != network:
        return
    editor.change(editor.identity_at(), lambda now, _: one.network if now == network else now)
    own.made = Made(network, one.network)
    own.varying.renew()


def made_variant(mine: Session) -> None:
    """Below the buttons: what the variant in the editor was made of, and the way to compare both."""
    made = mine.state(BuildState).made
    if made is None or mine.editor.network != made.variant:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="variant/made"):
        st.caption(
            f":material/alt_route: A variant of “{plain(made.first.name)}”: {_costs(trace(made.first), made.variant)}.",
            width="content",
        )
        if not (open_to(mine, PAGE) and open_to(mine, "train")):
            return
        recipe = mine.editor.recipe
        words = (
            f"Trains both, one after the other, by the recipe of the Train page ({recipe.describe()}, seed {recipe.seed}), and "
            "opens Compare. What was trained so already is not trained again."
        )
        control(
            "Compare both", "compare_arrows", lambda: _compare(mine, made), _why_not(mine, made), words, "variant/compare"
        )  # fmt: skip


def _plans(mine: Session, made: Made) -> list[Planned]:
    recipe = mine.editor.recipe
    return [
        Planned(key, network.name, network.name, network, recipe)
        for key, network in zip(made._fields, made, strict=True)
    ]


def _left(mine: Session, made: Made) -> list[Planned]:
    """Those of the two that were not trained by this recipe yet."""
    dataset = mine.editor.dataset
    return [
        plan for plan in _plans(mine, made) if mine.workspace.trained_by(plan.network, plan.recipe, dataset) is None
    ]


def _why_not(mine: Session, made: Made) -> str | None:
    """The reason why they cannot be compared now, as a sentence; None if they can."""
    left, source = _left(mine, made), SOURCES[mine.editor.dataset]
    if not left:
        return None
    for plan in left:
        why = why_unfit(plan.network, source.input_shape, len(source.class_names), plan.recipe, source.title)
        if why:
            return why
    if mine.workspace.active:
        return "Pause or stop the training that goes on first."
    return mine.workspace.why_no_room(len(left))


def _compare(mine: Session, made: Made) -> None:
    """Train what is left to train, and open both in Compare; what starts later joins them there."""
    if _why_not(mine, made):  # a second press, or another window
        return
    left, dataset = _left(mine, made), mine.editor.dataset
    try:
        if left:
            mine.workspace.start_series(left, dataset, TITLE, PAGE)
    except StoreError as problem:
        mine.notice = str(problem)
        return
    runs = (mine.workspace.trained_by(plan.network, plan.recipe, dataset) for plan in _plans(mine, made))
    mine.state(StudyState).compare([f"run/{run.created}" for run in runs if run is not None])
    go_to(PAGE)
