"""The pieces of the Kernels page: the weights of a layer, one kernel closely, and the network without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np
import streamlit as st

from core.data import load
from core.insight import (
    Kernels,
    Pruned,
    activations,
    answer_without,
    best_patches,
    judged_without,
    kernels,
    layers_with_kernels,
    matrix_counts,
    most_exciting,
    one_channel,
    probabilities,
    weight_histogram,
)
from core.network import Dense, Network, Path, trace
from core.network.layers import shape_text
from core.network.network import place
from core.ui.components import stylesheet
from core.ui.pages.kernels.state import KernelsState
from core.ui.shell.frame import certainty, look, percent, plain
from core.ui.shell.renewal import value_if_changed
from core.ui.shell.session import Session
from core.ui.widgets.downloads import MOST_LISTED, download_chart, download_picture, download_table, download_tiles
from core.ui.widgets.galleries import clickable_gallery, tile_rows
from core.ui.widgets.layers import choose_layer, how_many, layer_maps, layer_words
from core.ui.widgets.subject import Subject, choose_picture, misfit_words
from core.views.images import (
    INK_SCALE,
    Tile,
    captioned_png,
    cell_size,
    figure,
    gallery,
    legend,
    shown_image,
    signed_scale,
    strip,
)
from core.views.inside import accuracy_without, histogram, matrix_cells, two_answers
from core.views.kernels import mosaic, numbers, row_words

T = TypeVar("T")

FIRST_KERNELS = 16
FIRST_ROWS = 8  # of the grid of a deeper layer
MOST_INPUTS = 64
LARGE_INPUTS = 6  # of one kernel whose weights are written out
LONG = 15  # weights in a row that are broken into lines
TEST_IMAGES = 2_000
PATCHES = 9
HEAVY = 50_000_000  # multiply-adds: what runs such a network over and over waits for a button
COLOURS = ("red", "green", "blue")


def choose_kernel_layer(mine: Session, network: Network, key: str) -> Path | None:
    """A choice among the layers whose weights can be shown."""
    return choose_layer(mine, network, layers_with_kernels(network), key)


def layer_pictures(subject: Subject, path: Path, image: np.ndarray) -> None:
    """What one layer makes of an image, and its kernels: small enough to follow while the network learns."""
    values = activations(subject.model, subject.network, image)[path]
    tiles = [Tile(image[..., c], "", "the image") for c in range(image.shape[2])]
    st.html(gallery(tiles, INK_SCALE, cell_size(image.shape[:2], 84)))
    layer_maps(subject.network, path, values, subject.class_names)
    if path in layers_with_kernels(subject.network):
        st.markdown("**Its kernels**")
        kernel_pictures(subject, path, f"train/kernels/{place(path)}")


def all_and_one(mine: Session, subject: Subject, path: Path) -> None:
    """All kernels of the layer, and one of them closely: the one that was clicked."""
    chosen = mine.focus.channel if path == mine.focus.layer else 0

    def choose(channel: int) -> None:
        mine.focus.look_at_channel(path, channel)
        mine.state(KernelsState).number.renew()

    _kernels_and_spread(subject, path, chosen, choose)
    _one_kernel(mine, subject, path, chosen)


def _kernels_and_spread(subject: Subject, path: Path, chosen: int, choose: Callable[[int], None]) -> None:
    """All kernels of the layer, and beside them how its weights are spread."""
    pictures, spread = st.columns([7, 4], gap="large")
    with pictures:
        kernel_pictures(subject, path, "kernels", chosen, choose)
    with spread:
        edges, counts = weight_histogram(subject.model, subject.network, path)
        st.markdown("**How its weights are spread**")
        alt = f"Histogram of {counts.sum():,} weights between {figure(edges[0])} and {figure(edges[-1])}."
        st.vega_lite_chart(histogram(edges, counts, look()), key="kernels/spread", alt=alt)
        st.caption(
            f"All {counts.sum():,} weights of the layer by size. Those near zero do little; in training, the "
            "few that matter move outwards."
        )
        words = f"{subject.title}, {layer_words(subject.network, path)}: its {counts.sum():,} weights by size."
        download_chart(alt, words, "weights-spread", "kernels/spread/svg")


def kernel_pictures(
    subject: Subject, path: Path, key: str, chosen: int | None = None, choose: Callable[[int], None] | None = None
) -> None:
    """The kernels of one layer on one scale that is symmetric about zero; with `choose`, to click and to take away."""
    found = kernels(subject.model, subject.network, path)
    outputs, inputs, rows, columns = found.images.shape
    scale = signed_scale(found.images)
    dense = isinstance(subject.network.at(path), Dense)
    words = _kernel_words(found, dense)
    st.html(legend(scale))
    st.caption(words)
    shown = how_many(outputs, FIRST_KERNELS if inputs == 1 else FIRST_ROWS, found.output_noun, key)
    if inputs == 1:
        tiles = [
            Tile(_laid_out(found.images[o, 0]), f"{o + 1}", f"{found.output_noun} {o + 1}") for o in range(shown)
        ]
        cell = 6 if _in_lines(found) else cell_size((rows, columns), 100)
        if choose is None:
            st.html(gallery(tiles, scale, cell))
        else:
            clickable_gallery(tiles, range(shown), chosen, scale, cell, f"{key}/clicked", choose, least_px=24)
    else:
        names = _input_names(subject.network, path, found)[:MOST_INPUTS]
        cell = cell_size((rows, columns), 40)
        drawn = found.images[:shown, :MOST_INPUTS]
        lines = [
            Tile(mosaic(kernel[np.newaxis]), f"{o}", row_words(found.output_noun, o, len(names)))
            for o, kernel in enumerate(drawn, 1)
        ]
        tile_rows(lines, range(shown), chosen, scale, cell, f"{key}/rows", choose, found.output_noun, names)
        more = f" The first {MOST_INPUTS} of {inputs:,} are shown." if inputs > MOST_INPUTS else ""
        st.caption(f"Across: its {found.input_noun}s. Down: the {found.output_noun}s.{more}")
        tiles = [Tile(mosaic(found.images[:shown, :MOST_INPUTS]), "", "")]
    if found.mixing is not None:
        mixed = signed_scale(found.mixing)
        st.markdown("**Then the channels are mixed** by 1×1 kernels")
        st.html(legend(mixed) + gallery([Tile(found.mixing, "", "weights of the 1×1 kernels")], mixed, 12))
        words_mixed = "One row for each output channel, one column for each map above."
        st.caption(words_mixed)
    if choose is not None:
        caption = f"{subject.title}, {layer_words(subject.network, path)}. {words}"
        with st.container(horizontal=True):
            download_picture(lambda: captioned_png(tiles, scale, caption), "kernels.png", f"{key}/png")
            if found.images.size <= MOST_LISTED:
                download_table(lambda: _weight_rows(found), "weights", f"{key}/csv")
            if found.mixing is not None:
                tile = Tile(found.mixing, "the 1×1 kernels", "")
                download_tiles([tile], mixed, f"{caption} {words_mixed}", "mixing", f"{key}/mixing/png")
                download_table(lambda: _mixing_rows(found.mixing), "mixing", f"{key}/mixing/csv")


def _one_kernel(mine: Session, subject: Subject, path: Path, chosen: int) -> None:
    """One kernel closely, and what can be asked about it."""
    network = subject.network
    channels = trace(network).row(path).output_shape[-1]
    noun = "unit" if isinstance(network.at(path), Dense) else "kernel"
    st.subheader(f"One {noun}, closely", anchor=False)
    key = f"kernels/channel/{hash(network)}/{place(path)}/{mine.state(KernelsState).number}"

    def another() -> None:
        number = value_if_changed(key, chosen + 1)
        if number is not None:
            mine.focus.look_at_channel(path, number - 1)

    with st.container(key="replaced-number"):
        number = st.number_input(
            f"{noun.capitalize()}, 1 to {channels:,}",
            1,
            channels,
            min(chosen, channels - 1) + 1,
            key=key,
            on_change=another,
            help="Or click one above.",
            width=180,
        )
    found = mine.kept(
        "kernels/weights",
        (subject.version, network, path),
        lambda: kernels(subject.model, network, path),
    )
    one = _One(path, int(number) - 1, channels, noun, found)
    weights, patches, exciting = st.columns([12, 9, 7], gap="medium")
    with weights:
        _weights(subject, one)
    with patches:
        _patches(mine, subject, one)
    with exciting:
        _exciting(mine, subject, one)
    views = {"without": f"Without this {noun}", "matrix": "As a dense matrix"}
    view = st.segmented_control(
        "More", list(views), default="without", format_func=views.get, required=True, key=f"kernels/view/{noun}", label_visibility="collapsed"
    )  # fmt: skip
    if view == "without":
        _without(mine, subject, one)
    else:
        _matrix(mine, subject, one)


class _One(NamedTuple):
    """The kernel that is looked at: output channel `channel` of `channels` of the layer."""

    path: Path
    channel: int
    channels: int
    noun: str
    layer: Kernels

    @property
    def words(self) -> str:
        return f"{self.noun} {self.channel + 1}"


def _weights(subject: Subject, one: _One) -> None:
    """Its weights as numbers, those of the inputs that weigh most."""
    found = one.layer
    st.markdown("**Its weights**")
    values = found.of_output(one.channel)  # (inputs, rows, columns)
    scale = signed_scale(found.images if found.mixing is None else values)
    if _in_lines(found):
        st.html(gallery([Tile(_laid_out(values[0]), "", f"weights of {one.words}")], scale, 8))
    else:
        size = np.abs(values).sum(axis=(1, 2))
        first = np.sort(np.argsort(-size, kind="stable")[:LARGE_INPUTS])
        names = _input_names(subject.network, one.path, found, len(values))
        labels = [f"{found.input_noun} {names[i]}" if len(values) > 1 else "" for i in first]
        st.html(stylesheet("cells") + numbers([values[i] for i in first], scale, labels))
        if len(values) > LARGE_INPUTS:
            st.caption(f"Of its {len(values):,} {found.input_noun}s the {LARGE_INPUTS} with the largest weights.")
    words = "It has no bias." if found.bias is None else f"Then {figure(found.bias[one.channel])} is added: its bias."
    if found.mixing is not None:
        words = f"Both steps of this separable convolution taken together, as one kernel. {words}"
    st.caption(words)
    names = _input_names(subject.network, one.path, found, len(values))
    labels = [f"{found.input_noun} {name}" if len(values) > 1 else "" for name in names[:MOST_INPUTS]]
    tiles = [Tile(_laid_out(image), label, "") for image, label in zip(values, labels)]
    more = (
        f" The first {MOST_INPUTS} of its {len(values):,} {found.input_noun}s." if len(values) > MOST_INPUTS else ""
    )
    caption = f"{subject.title}, {layer_words(subject.network, one.path)}, {one.words}. {words}{more}"
    cell = cell_size(tiles[0].values.shape, 112)
    with st.container(horizontal=True):
        download_picture(lambda: captioned_png(tiles, scale, caption, cell), "kernel.png", "kernels/one/png")
        rows = [
            {found.input_noun: names[i], "row": r + 1, "column": c + 1, "weight": float(weight)}
            for (i, r, c), weight in np.ndenumerate(values)
        ]
        download_table(rows, "kernel", "kernels/one/csv")


def _patches(mine: Session, subject: Subject, one: _One) -> None:
    """The parts of test images to which it responds most strongly."""
    st.markdown("**What it responds to**")
    if _unfit(subject):
        st.caption(_unfit(subject))
        return
    data = load(subject.dataset)
    images = data.x_test[:TEST_IMAGES]

    def search(on_progress: Callable[[float], None]) -> dict:
        return best_patches(subject.model, subject.network, one.path, images, count=PATCHES, on_progress=on_progress)

    found = _found(mine, subject, "patches", (one.path,), "Search the test images", search)
    if found is None or one.channel not in found:
        return
    best = [response for response in found[one.channel] if response.box.bottom > response.box.top]
    if not best or max(response.value for response in best) <= 0:
        st.caption(f"Nothing: it is silent, or below zero, on all of {len(images):,} test images.")
        return
    tiles = [
        Tile(
            shown_image(response.cut(images)),
            f"{response.image:,} · {figure(response.value)}",
            f"test image {response.image:,}, “{data.class_names[int(data.y_test[response.image])]}”, "
            f"row {response.box.top + 1}, column {response.box.left + 1}: response {figure(response.value, 4)}",
        )
        for response in best
    ]
    largest = max(max(tile.values.shape[:2]) for tile in tiles)
    cell = cell_size((largest,), 76)
    st.html(f'<div style="max-width:300px">{gallery(tiles, INK_SCALE, cell)}</div>')
    words = (
        f"The {len(best)} strongest among {len(images):,} test images, cut out as far as it sees: number of the image "
        "· response. What do they share?"
    )
    st.caption(words)
    caption = f"{subject.title}, {layer_words(subject.network, one.path)}, {one.words}. {words}"
    download_picture(lambda: captioned_png(tiles, INK_SCALE, caption, cell), "responses.png", "kernels/patches/png")


def _exciting(mine: Session, subject: Subject, one: _One) -> None:
    """The image that was made to excite it most."""
    st.markdown("**What excites it most**")

    def climb(_: Callable[[float], None]):
        return most_exciting(subject.model, subject.network, one.path, one.channel)

    found = _found(mine, subject, "exciting", (one.path, one.channel), "Make the image", climb)
    if found is None:
        return
    if found.after <= found.before:
        st.caption("Nothing was found that excites it more than noise does.")
        return
    tile = Tile(
        shown_image(found.image),
        f"response {figure(found.before)} → {figure(found.after)}",
        f"the image that excites {one.words} most: its response is {figure(found.after)}",
    )
    cell = cell_size(found.image.shape[:2], 168)
    st.html(gallery([tile], INK_SCALE, cell))
    words = (
        f"Not a real image: the pixels of noise were changed until this {one.noun} responded as strongly as it could. "
        "Where it is bright, it wants ink; where it sees nothing, it stays black."
    )
    st.caption(words)
    caption = f"{subject.title}, {layer_words(subject.network, one.path)}, {one.words}. {words}"
    download_picture(lambda: captioned_png([tile], INK_SCALE, caption, cell), "exciting.png", "kernels/exciting/png")


def _without(mine: Session, subject: Subject, one: _One) -> None:
    """The answer for one image without this kernel, and the accuracy without each."""
    network, names = subject.network, subject.class_names
    if _unfit(subject):
        st.info(_unfit(subject))
        return
    st.markdown(
        f"**Pruned in thought**: what if {one.words} always answered 0? No other weight changes, and nothing is "
        "trained again."
    )
    answer, accuracy = st.columns(2, gap="large")
    with answer:
        picture = choose_picture(mine, subject, "kernels")
        before, after = mine.kept(
            "kernels/without",
            (subject.version, network, one.path, one.channel, picture.image.tobytes()),
            lambda: (
                probabilities(subject.model, picture.image),
                answer_without(subject.model, network, one.path, one.channel, picture.image),
            ),
        )
        image, said = st.columns([1, 4], vertical_alignment="center")
        with image:
            tile = Tile(shown_image(picture.image), "", picture.title)
            st.html(gallery([tile], INK_SCALE, cell_size(picture.image.shape[:2], 56)))
        whole, pruned = int(before.argmax()), int(after.argmax())
        words = (
            f"With {one.words} the answer is “{names[whole]}” ({certainty(float(before[whole]))}), without it "
            f"“{names[pruned]}” ({certainty(float(after[pruned]))})."
        )
        with said:
            st.markdown(plain(words))
        both = (f"with {one.words}", "without it")
        st.vega_lite_chart(two_answers(before, after, names, both, look()), key="kernels/answers", alt=words)
        rows = [{"class": n, both[0]: float(b), both[1]: float(a)} for n, b, a in zip(names, before, after)]
        with st.container(horizontal=True):
            caption = f"{subject.title}, {layer_words(network, one.path)}, {picture.title}. {words}"
            download_chart(words, caption, "answers", "kernels/answers/svg")
            download_table(rows, "answers", "kernels/answers/csv")
    with accuracy:
        _accuracy(mine, subject, one)


def _accuracy(mine: Session, subject: Subject, one: _One) -> None:
    """The accuracy without each kernel of the layer, on a button."""
    data = load(subject.dataset)
    st.markdown(f"**Which {one.noun}s matter?** The accuracy without each of them")

    def judge(on_progress: Callable[[float], None]) -> Pruned:
        images, labels = data.x_test[:TEST_IMAGES], data.y_test[:TEST_IMAGES]
        return judged_without(subject.model, subject.network, one.path, images, labels, on_progress)

    label = f"Judge on {TEST_IMAGES:,} test images"
    found = _found(mine, subject, "judged", (one.path,), label, judge, ask=True)
    if found is None:
        st.caption(f"Each of the {one.channels:,} {one.noun}s is switched off in turn, alone.")
        return
    changes = found.accuracy[1:] - found.accuracy[0]
    worst = int(changes.argmin())
    words = (
        f"The dashed line is the whole network: {percent(float(found.accuracy[0]))}. A bar hangs down to the accuracy "
        f"without that {one.noun}; {one.words} is marked. {one.noun.capitalize()} {worst + 1} matters most: without "
        f"it {percent(float(found.accuracy[1 + worst]))}."
    )
    chart = accuracy_without(found.accuracy, one.channel, one.noun, look())
    st.vega_lite_chart(chart, key="kernels/accuracy", alt=words)
    st.caption(words)
    rows = [
        {f"without {one.noun}": n or "none", "accuracy": float(a), "loss": float(loss)}
        for n, (a, loss) in enumerate(zip(found.accuracy, found.loss))
    ]
    with st.container(horizontal=True):
        caption = f"{subject.title}, {layer_words(subject.network, one.path)}. {words}"
        download_chart(words, caption, "accuracy-without", "kernels/accuracy/svg")
        download_table(rows, "accuracy-without", "kernels/accuracy/csv")


def _matrix(mine: Session, subject: Subject, one: _One) -> None:
    """The convolution from one input channel to this output channel, as the matrix that a dense layer would have."""
    network, block = subject.network, subject.network.at(one.path)
    if block.why_no_matrix:
        st.info(block.why_no_matrix)
        return
    arriving = network.sources(one.path)[0]
    input_shape = trace(network).row(arriving).output_shape if arriving else network.input_shape
    found = one.layer
    inputs = found.images.shape[1]
    st.markdown(
        "**A convolution is a dense layer** that has most connections cut, and whose others share a few weights."
    )
    picture, numbers_beside = st.columns([4, 5], gap="large")
    with picture:
        source = 0
        if inputs > 1:
            names = _input_names(network, one.path, found)
            source = st.selectbox(
                found.input_noun.capitalize(),
                range(inputs),
                format_func=names.__getitem__,
                key=f"kernels/source/{hash(network)}/{place(one.path)}",
                width=180,
            )
        scale = signed_scale(found.images)
        try:
            matrix, crop = one_channel(block, found.images[one.channel, source], input_shape)
        except ValueError as problem:
            st.info(str(problem))
            return
        vertical, horizontal = block.reads(crop)
        words = (
            f"{one.words.capitalize()} on a crop of {crop[0]}×{crop[1]} pixels, as {matrix.matrix.shape[0]:,} rows and "
            f"{matrix.matrix.shape[1]:,} columns: each row makes one output number, each column reads one pixel, "
            "empty cells are zero."
        )
        st.vega_lite_chart(
            matrix_cells(
                matrix.matrix,
                matrix.which,
                crop[1],
                horizontal.count,
                block.kernel_size[1],
                scale.high,
                look(),
            ),
            key="kernels/matrix",
            width="content",
            alt=f"{words} {matrix.connections:,} of {matrix.dense_weights:,} cells hold a weight.",
        )
        st.html(legend(scale))
        st.caption(f"{words} Move over a cell: all cells with the same weight are framed.")
        tile = Tile(np.where(matrix.which >= 0, matrix.matrix, np.nan), "", "")
        caption = f"{subject.title}, {layer_words(network, one.path)}. {words}"
        download_picture(lambda: captioned_png([tile], scale, caption, 6), "matrix.png", "kernels/matrix/png")
    with numbers_beside:
        whole = matrix_counts(block, input_shape)
        output_shape = block.output_shape(input_shape)
        lines = [
            {"": label, "This picture": f"{a:,}", "The whole layer": f"{b:,}"}
            for label, a, b in (
                ("Weights of a dense layer", matrix.dense_weights, whole.dense_weights),
                ("Connections that are left", matrix.connections, whole.connections),
                ("Different weights", matrix.distinct_weights, whole.distinct_weights),
            )
        ]
        st.table(lines, hide_index=True, border="horizontal")
        st.caption(
            f"The picture: {crop[0]}×{crop[1]} → {vertical.count}×{horizontal.count}, one channel each. The whole "
            f"layer: {shape_text(input_shape)} → {shape_text(output_shape)}. Biases are left out. That neighbours "
            "are read together is why connections are few; that the kernel is the same everywhere is why different "
            "weights are fewer still."
        )
        download_table(lines, "matrix", "kernels/matrix/csv")


class _Found(NamedTuple):
    """A result, the version of the weights that it is of, and how to call that version."""

    version: object
    when: str
    result: object


def _found(
    mine: Session,
    subject: Subject,
    name: str,
    about: tuple,
    label: str,
    compute: Callable[[Callable[[float], None]], T],
    ask: bool = False,
) -> T | None:
    """What `compute` gives for these weights; kept, and computed again for other weights only.

    Where weights still come, the network is heavy, or with `ask`, it waits for a button that says `label`;
    until it is pressed again, the last result stays, and it is said of which weights it is.
    """
    store = mine.kept(f"kernels/{name}", (id(subject.model), subject.network, *about), dict)
    known: _Found | None = store.get("found")
    if known is None or known.version != subject.version:
        slot = st.empty()
        waits = ask or subject.live or trace(subject.network).macs > HEAVY
        if waits and not store.pop("asked", False):
            again = "" if known is None else " again"
            slot.button(
                label + again,
                icon=":material/search:",
                on_click=store.update,
                kwargs={"asked": True},
                key=f"kernels/{name}/ask",
            )
        else:
            bar = slot.progress(0.0, "This takes a moment …")
            version, when = subject.version, _when(mine, subject)
            known = store["found"] = _Found(version, when, compute(lambda share: bar.progress(share, f"{share:.0%}")))
            slot.empty()
    if known is None:
        return None
    if known.version != subject.version or subject.live:
        st.caption(f"With the weights {known.when}.")
    return known.result


def _when(mine: Session, subject: Subject) -> str:
    """Which weights these are."""
    if not subject.live or mine.run is None:
        return "that were there before"
    now = mine.run.snapshot
    return f"of epoch {now.epoch}, step {now.step:,}"


def _unfit(subject: Subject) -> str:
    """Why the test images cannot be shown to this network; empty where they can."""
    misfit = misfit_words(subject)
    if misfit:
        return f"{misfit}, so none can be shown to it."
    source = subject.about
    if trace(subject.network, len(source.class_names)).problems:
        return f"This network does not answer with the {len(source.class_names)} classes of {source.title}."
    return ""


def _mixing_rows(mixing: np.ndarray) -> list[dict[str, object]]:
    """One line for each weight of the 1×1 kernels, counted from 1."""
    return [
        {"output channel": o + 1, "map": i + 1, "weight": float(weight)} for (o, i), weight in np.ndenumerate(mixing)
    ]


def _weight_rows(found: Kernels) -> list[dict[str, object]]:
    """One line for each weight; all counted from 1."""
    return [
        {found.output_noun: o + 1, found.input_noun: i + 1, "row": r + 1, "column": c + 1, "weight": float(weight)}
        for (o, i, r, c), weight in np.ndenumerate(found.images)
    ]


def _input_names(network: Network, path: Path, found: Kernels, count: int | None = None) -> list[str]:
    """Numbers from 1; for what reads a colour image, its colours."""
    inputs = count or found.images.shape[1]
    if inputs == 3 and network.sources(path) == ((),):
        return list(COLOURS)
    return [f"{number + 1}" for number in range(inputs)]


def _in_lines(found: Kernels) -> bool:
    """Whether the weights are those of a plain vector, too many for one line."""
    _, inputs, rows, columns = found.images.shape
    return inputs == 1 and rows == 1 and columns > LONG


def _laid_out(image: np.ndarray) -> np.ndarray:
    """Weights for a plain vector as lines of cells; others as they are."""
    return strip(image[0]) if image.shape[0] == 1 and image.shape[1] > LONG else image


def _kernel_words(found: Kernels, dense: bool) -> str:
    outputs, inputs, rows, columns = found.images.shape
    signs = "Blue is negative, orange positive."
    if _in_lines(found):
        return (
            f"{outputs:,} units; each block of cells is one unit, a cell for each of the {columns:,} numbers "
            f"that arrive. {signs}"
        )
    if dense:
        maps = "" if inputs == 1 else f", one picture for each of the {inputs:,} maps that were flattened"
        return (
            f"{outputs:,} units, each with a weight for every pixel{maps}. {signs} A unit responds "
            "to images that are bright where it is orange and dark where it is blue."
        )
    pairs = f" for each of {inputs:,} {found.input_noun}s" if inputs > 1 else ""
    return (
        f"{outputs:,} kernels of {rows}×{columns}{pairs}, slid over the whole input. {signs} "
        "A kernel responds where its input looks like the pattern."
    )
