"""Downloads of a trained model."""

from __future__ import annotations

import re

import streamlit as st

from core.data import about
from core.training import Run
from core.training.trained import keras_file

RESERVED = re.compile(r"con|prn|aux|nul|(com|lpt)\d")  # names of devices: Windows opens no such files


def trained_files(run: Run) -> None:
    """Offer the model of a run as a Keras file and as weights, once it has any."""
    if not run.version:
        return
    names = about(run.dataset_name).class_names
    file = file_stem(run.network.name)
    with st.popover("Download the trained model", icon=":material/download:", key=f"trained/{run.created}"):
        st.download_button(
            "Keras model",
            lambda: keras_file(run.model()),
            f"{file}.keras",
            on_click="ignore",
            key=f"trained/keras/{run.created}",
            help="Opens with keras.saving.load_model: the network and its weights, to use or to compile anew. The "
            "optimiser’s state is not in it: it stays with the run, for going on here.",
        )
        st.download_button(
            "Weights",
            lambda: weights_npz(run, names),
            f"{file}.npz",
            on_click="ignore",
            key=f"trained/weights/{run.created}",
            help="NumPy arrays in Keras’ order, with the network and the names of the classes.",
        )


def weights_npz(run: Run, names: tuple[str, ...]) -> bytes:
    """The newest weights of a run, as an npz file that can be imported again."""
    from core.training.foreign import weights_file

    _, weights = run.weights() or (0, [])
    return weights_file(run.network, weights, names)


def file_stem(name: str) -> str:
    """A name as the stem of a file name that every system takes: lower-case letters, digits and hyphens."""
    stem = "-".join(re.findall(r"[a-z0-9]+", name.lower()))
    return f"network-{stem}".rstrip("-") if not stem or RESERVED.fullmatch(stem) else stem
