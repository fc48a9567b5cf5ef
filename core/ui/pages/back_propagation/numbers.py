"""The fields in which all numbers are typed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from core.learn.back_propagation import ACTIVATIONS, LARGEST, Numbers
from core.learn.written_out import unit_names
from core.network.words import counted
from core.ui.pages.back_propagation.state import SIZES, BackPropagationState
from core.ui.shell.frame import plain
from core.ui.shell.renewal import value_if_changed

HINT = "Numbers with a point, parted by spaces. A change begins the step anew."


def choose(own: BackPropagationState) -> None:
    """Size, activation and learning rate."""
    named = {tuple(sizes): name for name, sizes in SIZES.items()}

    def resize() -> None:
        name = st.session_state["by-hand/sizes"]
        if name and SIZES[name] != own.network.sizes:
            own.resize(SIZES[name])

    def activate() -> None:
        name = st.session_state["by-hand/activation"]
        if name and name != own.network.activation:
            own.network = replace(own.network, activation=name)
            own.begin()

    def rate() -> None:
        found = value_if_changed("by-hand/rate", own.rate, gone=False)
        if found is not None and found != own.rate:
            own.rate = float(found)
            own.pressed = min(own.pressed, 3)

    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.segmented_control(
            "Units: inputs, hidden, outputs", list(SIZES), default=named[own.network.sizes], required=True,
            key="by-hand/sizes", on_change=resize,
        )  # fmt: skip
        st.segmented_control(
            "Activation of all units", list(ACTIVATIONS), default=own.network.activation, required=True,
            key="by-hand/activation", on_change=activate,
        )  # fmt: skip
        st.number_input(
            "Learning rate l",
            0.0,
            1000.0,
            own.rate,
            0.1,
            format="%.3f",
            key="by-hand/rate",
            on_change=rate,
            width=160,
        )
        st.button(
            "Random weights", icon=":material/casino:", key="by-hand/random",
            on_click=lambda: own.randomise(own.network.sizes),
        )  # fmt: skip


def type_numbers(own: BackPropagationState) -> None:
    """A field for the example, and one for each unit: its weights, then its bias."""
    network, names = own.network, unit_names(own.network)
    said: list[str] = []

    def take_inputs(found: Numbers) -> None:
        own.inputs = found

    def take_targets(found: Numbers) -> None:
        own.targets = found

    def take_unit(layer: int, unit: int) -> Callable[[Numbers], None]:
        def take(found: Numbers) -> None:
            own.network = own.network.with_unit(layer, unit, found[:-1], found[-1])

        return take

    _field(own, "inputs", f"Inputs {', '.join(names[0])}", own.inputs, take_inputs, said)
    for layer, matrix in enumerate(network.weights):
        for unit, name in enumerate(names[layer + 1]):
            numbers = (*(row[unit] for row in matrix), network.biases[layer][unit])
            title = f"{name}: weights from {', '.join(names[layer])}; bias"
            _field(own, name, title, numbers, take_unit(layer, unit), said)
    _field(own, "targets", f"Targets of {', '.join(names[-1])}", own.targets, take_targets, said)
    st.caption(f":red[{plain(said[0])}]" if said else HINT)


def _field(
    own: BackPropagationState,
    name: str,
    title: str,
    numbers: Numbers,
    take: Callable[[Numbers], None],
    said: list[str],
) -> None:
    """One field; what is wrong with what stands in it goes to `said`."""
    shown = text_of(numbers)
    key = f"by-hand/numbers/{name}/{own.fields}"

    def typed() -> None:
        text = value_if_changed(key, shown, gone=False)
        if text is None:
            return
        found = read_numbers(text, numbers)
        if not isinstance(found, str) and found != numbers:
            take(found)
            own.pressed, own.losses = 0, []

    text = st.text_input(plain(title), shown, max_chars=200, key=key, on_change=typed)
    found = read_numbers(text, numbers)
    if isinstance(found, str):
        said.append(f"{title.split(':')[0]}: {found}")


def text_of(numbers: Sequence[float]) -> str:
    """Numbers as they stand in a field."""
    return "  ".join(f"{number:.6g}" for number in numbers)


def read_numbers(text: str, known: Numbers) -> Numbers | str:
    """The numbers in a text, as many as are known; or a sentence with what is wrong.

    A number that reads as the known one does is that one, with all its digits.
    """
    words = [word for word in re.split(r"[\s;,]+", text.replace("−", "-")) if word]
    found = []
    for word in words:
        try:
            number = float(word)
        except ValueError:
            return f"“{word[:20]}” is no number. Type {counted(len(known), 'number')}, such as {text_of(known)}."
        if not math.isfinite(number) or abs(number) > LARGEST:
            return f"{word[:20]} is too large. Numbers go from −1,000,000 to 1,000,000."
        found.append(number)
    if len(found) != len(known):
        return f"{counted(len(found), 'number')} where {len(known)} are needed, such as {text_of(known)}."
    return tuple(
        there if f"{there:.6g}" == f"{number:.6g}" else number for number, there in zip(found, known, strict=True)
    )
