"""The popover Import: networks and trained models from files, and what was imported before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.data import SOURCES, load
from core.network import InvalidNetwork, Network, Shared, shared_from_json, trace
from core.network.layers import shape_text
from core.network.words import counted
from core.training.trained import Trained
from core.ui.shell.links import take
from core.ui.shell.session import Session
from core.ui.widgets.model_view import waking
from core.views.wording import plain

if TYPE_CHECKING:
    from core.training.foreign import Foreign
    from core.training.foreign.scales import Finding, Fit


def importing(mine: Session) -> None:
    """A field for a file, what is in it, and a button that opens it; below, what was imported before."""
    from core.training.foreign import UnreadableModel

    st.markdown(
        "A network as JSON, or a trained model: `.keras`, `.h5` or an `.npz` that was saved here. Weights alone "
        "(`.weights.h5`) go into the network that is open."
    )
    file = st.file_uploader(
        "File",
        type=["json", "keras", "h5", "hdf5", "npz"],
        key=f"import/{mine.editor.widgets}",
        label_visibility="collapsed",
        help="A model file is read as data and never loaded, because loading one can run code.",
    )
    if file is None:
        _imported_before(mine)
        return
    try:
        if file.name.lower().endswith(".json"):
            _offer_network(mine, _read_json(file.getvalue()))
        else:
            _offer_model(mine, file.file_id, file.name, file.getvalue)
    except (UnreadableModel, InvalidNetwork) as problem:
        st.error(plain(str(problem)))


def _imported_before(mine: Session) -> None:
    """The models that were imported earlier, to be opened again or deleted."""
    there = mine.workspace.imported
    if there.problem:
        st.warning(plain(there.problem))
    if not there.all:
        return
    st.markdown("**Imported before**")
    for one in there.all:
        with st.container(horizontal=True, vertical_alignment="center"):
            key = f"import/kept/{one.identity}"
            st.button(
                f"Open “{plain(one.network.name)}”", key=f"{key}/open", on_click=mine.open_imported, args=(one,)
            )
            st.button(
                "Delete", icon=":material/delete:", key=f"{key}/delete", on_click=mine.forget_imported, args=(one,)
            )


def _read_json(content: bytes) -> Shared:
    try:
        return shared_from_json(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise InvalidNetwork("This file is not text, so it cannot be a network.") from None


def _offer_network(mine: Session, shared: Shared) -> None:
    def opened() -> None:
        take(mine, shared)
        _tell(mine)

    _open_button(shared.network, "", opened)


def _offer_model(mine: Session, file_id: str, name: str, content: Callable[[], bytes]) -> None:
    """What is in a model file, and a button that opens it as what it has been found to be."""
    from core.training.foreign import WeightsOnly, read_model, read_weights, with_probabilities

    def read() -> Foreign:
        try:
            return with_probabilities(read_model(content(), name))
        except WeightsOnly:
            return read_weights(content(), mine.editor.network)

    foreign = mine.kept("import/read", (file_id, mine.editor.network), read)
    for sentence in foreign.left_out:
        st.caption(plain(sentence))
    network, weights = foreign.network, foreign.weights
    if weights is None:
        _open_button(network, " without weights", lambda: _open_network(mine, foreign))
        return
    classes = _classes(network)
    if classes is None:
        st.caption(
            f"It does not end with probabilities of classes but with {shape_text(trace(network).rows[-1].shape)}, so it "
            "can be edited and trained, but its weights cannot be looked into."
        )
        _open_button(network, " without weights", lambda: _open_network(mine, foreign))
        return
    fitting = {
        key: source
        for key, source in SOURCES.items()
        if source.input_shape == network.input_shape and len(source.class_names) == classes
    }
    named = len(foreign.class_names) == classes
    if named:  # the file says what it has learned
        fitting = {key: source for key, source in fitting.items() if source.class_names == foreign.class_names}
    trained = (
        _measured(mine, file_id, foreign, list(fitting)) if fitting else _of_own_classes(file_id, foreign, classes)
    )
    st.caption(plain(trained.remark))

    def opened() -> None:
        mine.take_imported(trained)
        _augment(mine, foreign)
        _tell(mine)

    _open_button(network, " with its weights", opened)


def _open_button(network: Network, how: str, act: Callable[[], None]) -> None:
    st.button(f"Open “{plain(network.name)}”{how}", type="primary", on_click=act, key="import/open")


def _open_network(mine: Session, foreign: Foreign) -> None:
    mine.editor.open(foreign.network)
    _augment(mine, foreign)
    _tell(mine)


def _augment(mine: Session, foreign: Foreign) -> None:
    """Let the recipe do what Random* layers of the file did."""
    if foreign.augmentation:
        mine.editor.recipe = mine.editor.recipe.replaced(**foreign.augmentation)
        mine.editor.widgets.renew()


def _tell(mine: Session) -> None:
    mine.notice = f"Imported “{mine.editor.network.name}”. Undo brings back what you had. {mine.notice}".strip()


def _classes(network: Network) -> int | None:
    """The number of classes whose probabilities a network puts out; None where it puts out something else."""
    shape = trace(network).rows[-1].shape
    several = shape is not None and len(shape) == 1 and shape[0] > 1
    return shape[0] if several and not trace(network, shape[0]).problems else None


def _measured(mine: Session, file_id: str, foreign: Foreign, names: list[str]) -> Trained:
    """The model as one for the dataset and the scale of pixels that it is right on; measured once for each file."""
    from core.training.foreign.scales import finding, measured, scaled

    def measure() -> list[Fit]:
        with waking(), st.spinner("Trying it on test images …"):
            return measured(foreign.network, foreign.weights or [], {name: load(name) for name in names})

    fits: Any = mine.kept("import/measured", file_id, measure)
    found: Finding = finding(fits, {name: SOURCES[name].title for name in names}, mine.editor.dataset)
    if not found.clear and st.toggle(
        "It tells other classes apart",
        key=f"import/other/{file_id}",
        help="Then it is looked into with your pictures and drawings, and you can name its classes.",
    ):
        return _of_own_classes(file_id, foreign, len(SOURCES[found.dataset].class_names))
    return Trained(scaled(foreign.network, found.scale), foreign.weights or [], found.dataset, remark=found.sentence)


def _of_own_classes(file_id: str, foreign: Foreign, classes: int) -> Trained:
    """The model as one for classes without images here; the scale of its pixels is asked, as it cannot be measured."""
    from core.training.foreign.scales import FIXED, expected, scaled

    scale = FIXED[
        st.selectbox(
            "It was trained on",
            range(len(FIXED)),
            FIXED.index(expected(foreign.network)),
            format_func=lambda number: FIXED[number].title,
            key=f"import/scale/{file_id}",
            help="Pixels are 0…1 here. For a network that expects others, a Rescaling layer is put in front of it.",
        )
    ]
    remark = (
        f"It tells {counted(classes, 'class')} apart in images of {shape_text(foreign.network.input_shape)}, and was trained on "
        f"{scale.title}. There are no such images here to measure it on or to train it with; look into it with a "
        "picture of yours or a drawing, and name its classes there."
    )
    names = foreign.class_names if len(foreign.class_names) == classes else ()
    network = scaled(foreign.network, scale)
    return Trained(network, foreign.weights or [], "", class_names=names, remark=remark)
