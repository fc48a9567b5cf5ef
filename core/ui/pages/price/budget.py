"""The budget, and the two networks that it buys."""

from __future__ import annotations

import streamlit as st

from core.data import SOURCES
from core.study.contender import Unfit
from core.study.price import MEASURES, Equal, affordable, budget_steps, equal_price
from core.ui.pages.price.state import PriceState
from core.ui.shell.frame import plain
from core.ui.shell.pages import go_to
from core.ui.shell.session import Session
from core.views.glossary import defined
from core.views.price import KINDS, MEASURE_TITLES, layer_rows, networks_of, pair_words, price_words
from core.views.wording import count_text, exact_text

MOST = 10**10  # that can be typed


def choose_budget(mine: Session) -> None:
    """What is counted, what both learn from, and how much there is: by a logarithmic slider, or exactly in a field."""
    own = mine.state(PriceState)

    def counted() -> None:
        own.measure = st.session_state["price/measure"]

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "Equal in",
            list(MEASURES),
            default=own.measure,
            format_func=MEASURE_TITLES.__getitem__,
            required=True,
            key="price/measure",
            on_change=counted,
            help="\n\n".join((defined("parameter"), defined("multiply-adds"))),
        )
        _exactly(own)
        _choose_dataset(mine)
    _roughly(own)


def _exactly(own: PriceState) -> None:
    """The field with the budget."""
    measure = own.measure
    own.exact.show(own.budget, (measure,))
    key = f"price/exact/{own.exact}"

    def take(value: int) -> None:
        own.budgets[measure] = value

    changed = own.exact.on_change(key, lambda: own.budgets[measure], take)
    st.number_input("Budget", 1, MOST, own.budget, key=key, on_change=changed, width=190)


def _roughly(own: PriceState) -> None:
    """The slider over all budgets that buy both networks."""
    measure, ends = own.measure, affordable(own.measure)
    steps = budget_steps(*ends)

    def nearest() -> int:
        return min(steps, key=lambda step: abs(step - own.budgets[measure]) / step)

    own.coarse.show(nearest(), (measure,))
    key = f"price/coarse/{own.coarse}"

    def take(value: int) -> None:
        own.budgets[measure] = value

    st.select_slider(
        f"From {exact_text(ends.least)} to {exact_text(ends.most)} {MEASURE_TITLES[measure].lower()}, on a logarithmic scale",
        steps,
        nearest(),
        format_func=count_text,
        key=key,
        on_change=own.coarse.on_change(key, nearest, take),
    )


def _choose_dataset(mine: Session) -> None:
    own, names = mine.state(PriceState), list(SOURCES)

    def chosen() -> None:
        own.dataset = st.session_state["price/dataset"]

    st.selectbox(
        "Images",
        names,
        names.index(dataset_of(mine)),
        format_func=lambda name: SOURCES[name].title,
        key="price/dataset",
        on_change=chosen,
        width=190,
    )


def dataset_of(mine: Session) -> str:
    """What both learn from."""
    return mine.state(PriceState).dataset or mine.editor.dataset


def proposed(mine: Session) -> Equal | None:
    """The two networks; None, with a sentence on the page, where the budget buys no such pair."""
    own, source = mine.state(PriceState), SOURCES[dataset_of(mine)]
    asked = own.budget, own.measure, source.input_shape, len(source.class_names)
    try:
        return mine.kept("price/pair", asked, lambda: equal_price(*asked))
    except Unfit as problem:
        st.warning(plain(str(problem)), icon=":material/price_change:")
        return None


def both(mine: Session, pair: Equal) -> None:
    """The two networks beside each other."""
    for column, kind in zip(st.columns(2, gap="large"), KINDS):
        with column:
            _network(mine, pair, kind)
    st.caption(pair_words(pair))


def _network(mine: Session, pair: Equal, kind: str) -> None:
    """The layers of one of them with their prices, how far it is from the budget, and the way into the editor."""
    network, own = networks_of(pair)[kind], mine.state(PriceState)

    def edit() -> None:
        mine.editor.open(network, own.recipe)
        mine.editor.dataset = dataset_of(mine)
        go_to("build")

    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(KINDS[kind], anchor=False, width="content")
        st.button(
            "Edit on Build",
            icon=":material/account_tree:",
            key=f"price/edit/{kind}",
            on_click=edit,
            disabled=mine.locked,
            help="This lesson lets you look, but not change." if mine.locked else "With the recipe below.",
        )
    st.markdown(price_words(pair, kind))
    st.table(layer_rows(network), hide_index=True, border="horizontal", alt=f"Layers of the {kind} network")
