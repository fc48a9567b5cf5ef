"""The kernel that is looked at, and the field with its number."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.insight import Kernels, kernels
from core.network import Dense, trace
from core.network.network import layer_label
from core.ui.pages.kernels.state import KernelsState
from core.ui.shell.renewal import value_if_changed
from core.ui.widgets.model_view import misfit_words, unpredicting_words
from core.ui.widgets.panels import LayerInFocus

TEST_IMAGES = 2_000


@dataclass(frozen=True)
class OneKernel(LayerInFocus):
    """Output channel `channel` of a layer, from 0."""

    channel: int

    @property
    def channels(self) -> int:
        return trace(self.subject.network).row(self.path).shape[-1]

    @property
    def noun(self) -> str:
        return "unit" if isinstance(self.subject.network.at(self.path), Dense) else "kernel"

    @property
    def name(self) -> str:
        return f"{self.noun} {self.channel + 1}"

    @property
    def number(self) -> int | None:
        """Of its layer, from 1; None within branches."""
        return self.path[0] + 1 if len(self.path) == 1 else None

    @property
    def layer(self) -> Kernels:
        """The weights of the whole layer."""
        network = self.subject.network
        return self.mine.kept(
            "kernels/weights",
            (self.subject.version, network, self.path),
            lambda: kernels(self.subject.model, network, self.path),
        )

    def caption(self, words: str) -> str:
        """Words about this kernel, for a file that goes out without the page."""
        return f"{self.subject.title}, {self.words}, {self.name}. {words}"

    def layer_caption(self, words: str) -> str:
        return f"{self.subject.title}, {self.words}. {words}"


def choose_number(one: OneKernel) -> OneKernel:
    """The field with the kernel's number; what was clicked above stands in it."""
    mine, network = one.mine, one.subject.network
    key = f"kernels/channel/{hash(network)}/{layer_label(one.path)}/{mine.state(KernelsState).number}"

    def another() -> None:
        number = value_if_changed(key, one.channel + 1)
        if number is not None:
            mine.focus.look_at_channel(one.path, number - 1)

    with st.container(key="replaced-number"):
        number = st.number_input(
            f"{one.noun.capitalize()}, 1 to {one.channels:,}",
            1,
            one.channels,
            min(one.channel, one.channels - 1) + 1,
            key=key,
            on_change=another,
            help="Or click one above.",
            width=180,
        )
    return OneKernel(mine, one.subject, one.path, int(number) - 1)


def why_no_test_images(one: OneKernel) -> str:
    """The reason why the test images cannot be shown to this network; empty where they can."""
    subject = one.subject
    misfit = misfit_words(subject)
    if misfit:
        return f"{misfit}, so none can be shown to it."
    return why_no_prediction(one)


def why_no_prediction(one: OneKernel) -> str:
    """The reason why this network predicts no classes; empty where it does."""
    return unpredicting_words(one.subject)
