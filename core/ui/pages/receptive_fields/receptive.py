"""The pieces of the Receptive fields page."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np
import streamlit as st

from core.data import load
from core.data.drawn_datasets import is_drawn
from core.insight import (
    Effective,
    activations,
    border_share,
    central_unit,
    effective_field,
    field_summary,
    first_to_see,
    first_to_see_all,
    pixels_read,
    regions,
    stacked,
)
from core.network import Box, Network, Path, ReceptiveField, trace
from core.network.network import place
from core.training import StoreError
from core.ui.shell.frame import look
from core.ui.shell.renewal import value_if_changed
from core.ui.shell.session import Session
from core.ui.widgets.downloads import NO_BREAK, download_chart, download_picture, download_table
from core.ui.widgets.input_image import InputImage
from core.ui.widgets.layers import choose_layer, layer_words
from core.ui.widgets.model_view import ModelView, misfit_words
from core.views.fields import Nested, as_image, nested_boxes
from core.views.images import (
    INK_SCALE,
    Scale,
    Tile,
    activation_scale,
    captioned_png,
    cell_size,
    gallery,
    legend,
    marked,
    shown_image,
)
from core.views.receptive import receptive_explorer
from core.views.theme import MAGMA

PARTS = ("Layer by layer", "Pixels read", "What counts", "At the border")
DIGIT = (20, 20)  # MNIST's makers scaled each digit to fit into so many pixels
EFFECTIVE_IMAGES = 64
CHEAP_MACS = 20_000_000  # of one image; beyond, the effective field takes more than a second or two
SIDE_PX = 252
UNTRAINED_SEED = 1


def choose_field_layer(mine: Session, network: Network, key: str) -> Path:
    """A choice among all layers of a network that works."""
    return choose_layer(mine, network, [row.path for row in trace(network).rows if row.receptive_field], key)


def explorer(mine: Session, subject: ModelView, picture: InputImage, path: Path) -> None:
    """One feature map and, under it, the input with the frame of what the hovered unit sees."""
    row = trace(subject.network).row(path)
    if len(row.output_shape) != 3:
        st.info(
            f"Layer {place(path)} gives a row of numbers, not a map, so there is nothing to move over. Choose a "
            "layer with maps above, if there is one; what is said beside holds for this layer too."
        )
        return
    channels = row.output_shape[2]
    channel = 0
    if channels > 1:
        key = f"fields/channel/{hash(subject.network)}/{place(path)}"
        known = mine.focus.channel + 1 if path == mine.focus.layer else 1

        def another() -> None:
            number = value_if_changed(key, known)
            if number is not None:
                mine.focus.look_at_channel(path, number - 1)

        channel = st.number_input("Feature map", 1, channels, known, key=key, on_change=another, width=150) - 1
    values = activations(subject.model, subject.network, picture.image)[path][..., channel]
    field = row.receptive_field
    high, wide = field.size
    holes = _has_holes(field)
    image = picture.image if picture.image.shape[2] == 3 else shown_image(picture.image)
    chart = receptive_explorer(
        values,
        regions(field),
        image,
        look=look(),
        reads=field.paths if holes else (),
        first=_looked_at(mine, path, field),
    )
    words = layer_words(subject.network, path)
    alt = f"Feature map of {words} and the input. Each unit sees {high} by {wide} pixels."
    st.vega_lite_chart(chart, key=f"fields/{place(path)}", width="content", alt=alt)
    shown = (
        f"{subject.title}. Above, map {channel + 1} of layer {words}; below, {picture.title}, with what the framed "
        "number sees."
    )
    marks = " Squares mark the pixels that it truly reads: there are holes between them." if holes else ""
    st.caption(
        "Above: the feature map. Below: the image that went in. At the border the frame is cut off, because "
        f"there is nothing but padding outside.{marks}"
    )
    download_chart(alt, f"{shown}{marks}", "receptive-field", "fields/explorer/svg")


def parts(mine: Session, subject: ModelView, picture: InputImage, path: Path) -> None:
    """Four views of what the layers see, one at a time; only the one that is open is computed."""
    draw: tuple[Callable[[], None], ...] = (
        lambda: _layer_by_layer(subject, picture, path),
        lambda: _truly_read(mine, subject.network, picture, path),
        lambda: _what_counts(mine, subject, path),
        lambda: _at_the_border(subject.network, path),
    )
    for tab, part in zip(st.tabs(PARTS, key="fields/part", on_change="rerun"), draw):
        if tab.open:
            with tab:
                part()


def _layer_by_layer(subject: ModelView, picture: InputImage, path: Path) -> None:
    """The table, which layer sees how much, and the boxes of all layers on the image."""
    network = subject.network
    height, width, _ = network.input_shape
    lines = []
    for seen in field_summary(network):
        (high, wide), (down, right) = seen.size, seen.stride
        lines.append(
            {
                "Layer": layer_words(network, seen.path),
                "Sees": f"{high}×{wide}",
                "Step": f"{down}×{right}" if down and right else "–",
                "Centre": f",{NO_BREAK}".join(f"{at + 1:g}" for at in seen.central_centre),
                "Share": f"{seen.share * 100:.{0 if seen.share >= 0.01 else 1}f}{NO_BREAK}%",
                "Reads": f"{seen.pixels:,}",
            }
        )
    st.markdown(_growth_words(subject))
    st.table(lines, hide_index=True, border="horizontal")
    with st.container(horizontal=True, vertical_alignment="top", horizontal_alignment="distribute"):
        st.caption(
            "**Sees**: how many input pixels one unit depends on, as if the image had no border. **Step**: how far "
            "apart the views of two neighbouring units are. Of the unit in the middle: the row and column where the "
            f"**centre** of its view lies (the image’s is {height / 2 + 0.5:g}, {width / 2 + 0.5:g}), its **share** "
            "of the whole image, and how many pixels it truly **reads**. Each window, of a convolution or a pooling, "
            "widens the view by (size − 1) × the step so far; then its stride multiplies the step.",
            width=520,
        )
        download_table(lines, "receptive-fields", "fields/table/csv")
    boxes = [
        Nested(place(row.path), _central_box(row.receptive_field), row.path == path)
        for row in trace(network).rows
        if row.receptive_field
    ]
    st.markdown("**The same, drawn to scale**: what the unit in the middle of each layer sees")
    image = shown_image(picture.image)
    alt = "Boxes on the image, one in the other. " + "; ".join(
        f"layer {line['Layer']} sees {line['Sees']} pixels" for line in lines
    )
    st.html(as_image(nested_boxes(image, boxes, alt, look=look()), alt))
    caption = (
        "What the unit in the middle of each layer sees, cut off at the border of the image. The numbers are those "
        f"of the layers of “{network.name}”, with the height × width of the box; the chosen layer’s is bold."
    )
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.caption(caption, width=520)
        download_picture(
            lambda: nested_boxes(image, boxes, alt, caption=caption), "nested-fields.svg", "fields/nested/svg"
        )


def _growth_words(subject: ModelView) -> str:
    """Which layer is the first to see a whole digit, and which the whole image."""
    network = subject.network
    height, width, _ = network.input_shape
    goals = [(first_to_see_all(network), f"the whole image ({height}×{width})")]
    if subject.dataset == "mnist" and height >= DIGIT[0] and width >= DIGIT[1]:
        goals.insert(0, (first_to_see(network, *DIGIT), f"a whole digit (up to {DIGIT[0]}×{DIGIT[1]} pixels)"))
    if len({path for path, _ in goals}) == 1:
        goals = [(goals[0][0], " and ".join(what for _, what in goals))]
    return " ".join(
        f"The first layer whose unit in the middle sees {what}: **{layer_words(network, path)}**."
        if path
        else f"No layer’s unit in the middle sees {what}."
        for path, what in goals
    )


def _looked_at(mine: Session, path: Path, field: ReceptiveField) -> tuple[int, int]:
    """Row and column of the unit that the visitor has open in this layer of maps, or else of the one in the middle."""
    return mine.focus.unit[:2] if mine.focus.unit is not None and path == mine.focus.layer else central_unit(field)


def _truly_read(mine: Session, network: Network, picture: InputImage, path: Path) -> None:
    """The pixels behind one unit, on the image."""
    field = trace(network).row(path).receptive_field
    rows, columns = field.units
    if (rows, columns) == (1, 1):
        row, column = 0, 0
        st.markdown(f"All units of layer {place(path)} read the same pixels.")
    else:
        maps = len(trace(network).row(path).output_shape) == 3
        where = _looked_at(mine, path, field) if maps else central_unit(field)
        keys = [f"fields/unit/{hash(network)}/{place(path)}/{side}" for side in ("row", "column")]

        def another() -> None:
            place_asked = tuple(st.session_state[key] - 1 for key in keys)
            if maps and place_asked != where:  # of a flattened layer, one place belongs to many numbers
                mine.focus.look_at(path, (*place_asked, mine.focus.channel if path == mine.focus.layer else 0))

        with st.container(horizontal=True, vertical_alignment="bottom"):
            asked = []
            for key, label, most, at in zip(keys, ("Row of the unit", "Column"), (rows, columns), where):
                asked.append(st.number_input(label, 1, most, at + 1, key=key, on_change=another, width=150) - 1)
        row, column = asked
    read, box = pixels_read(field, row, column), field.region(row, column)
    words = _read_words(field, read, box, (row, column))
    image = shown_image(picture.image)
    cell = cell_size(image.shape, SIDE_PX)
    drawn = marked(image, INK_SCALE, cell, box, read if read.sum() < prod(box.size) else None)
    tile = Tile(drawn, "", words)
    st.html(gallery([tile], INK_SCALE, 1))
    st.markdown(words)
    caption = (
        "The frame is the smallest box around all that the unit depends on. Where it has holes, squares mark the "
        "pixels that it truly reads. Holes come from dilation, which spreads a kernel’s weights apart, from strides "
        "longer than the window, and from branches that look at different places."
    )
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.caption(caption, width=520)
        full = f"{layer_words(network, path)}. {words} {caption}"
        download_picture(lambda: captioned_png([tile], None, full, 1), "pixels-read.png", "fields/read/png")


def _read_words(field: ReceptiveField, read: np.ndarray, box: Box, unit: tuple[int, int]) -> str:
    who = "Such a unit" if field.units == (1, 1) else f"The unit at row {unit[0] + 1}, column {unit[1] + 1}"
    count, within = int(read.sum()), prod(box.size)
    if not count:
        return f"{who} reads no pixel at all, only padding."
    high, wide = box.size
    where = f"rows {box.top + 1}–{box.bottom}, columns {box.left + 1}–{box.right}"
    if count == read.size:
        return f"{who} reads every pixel of the image."
    if count == within:
        cut = ""
        if box.size != field.size and box.size != read.shape:
            cut = f" Away from the border its box would be {field.size[0]}×{field.size[1]}."
        return f"{who} reads all {count:,} pixels of its {high}×{wide} box ({where}).{cut}"
    return f"{who} reads {count:,} of the {within:,} pixels in its {high}×{wide} box ({where})."


def _what_counts(mine: Session, subject: ModelView, path: Path) -> None:
    """How much each pixel moves the unit in the middle, before training and after."""
    network = subject.network
    misfit = misfit_words(subject)
    if misfit:
        st.info(f"{misfit}, so it cannot be measured how much each pixel counts.")
        return
    seed = _start_seed(mine, subject)
    key = (subject.version, network, seed)
    cheap = trace(network).macs <= CHEAP_MACS and not subject.live
    asked = "fields/effective/asked"
    if not cheap and st.session_state.get(asked) != key:
        why = "It is still learning, so this is measured when you ask" if subject.live else "This takes a while"
        st.markdown(f"How much does each pixel move the unit in the middle of layer {place(path)}? {why}.")
        st.button(
            "Measure",
            icon=":material/straighten:",
            key="fields/effective/measure",
            on_click=lambda: st.session_state.update({asked: key}),
        )
        return
    before, after = _measured(mine, subject, path, seed)
    told = {"Before training": before, "After training": after}
    silent = [when for when, found in told.items() if not found.field.any()]
    for when in silent:
        st.info(
            f"{when}, nothing reaches this layer: no pixel moves its unit in the middle. It sees padding only, "
            f"or it answers zero to all {EFFECTIVE_IMAGES} images."
        )
    if len(silent) == len(told):
        return
    st.markdown(f"**How much each pixel moves the unit in the middle** of layer {layer_words(network, path)}")
    shares = {when: found.field * 100 for when, found in told.items()}
    scale = activation_scale(np.stack(list(shares.values())))
    cell = cell_size(before.field.shape, SIDE_PX)
    tiles = [
        Tile(marked(share, scale, cell, told[when].box), when, f"{when}: {_effective_words(told[when])}")
        for when, share in shares.items()
    ]
    st.html(gallery(tiles, scale, 1))
    _scale_line(scale, "per cent of the whole effect")
    lines = [
        {
            "": when,
            "In the middle half": f"{found.central_share * 100:.0f} %",
            "95 % lies within": f"{found.radius():.1f} pixels",
        }
        for when, found in told.items()
        if when not in silent
    ]
    st.table(lines, hide_index=True, border="horizontal", width="content")
    unit = tuple(at + 1 for at in after.unit)
    caption = (
        f"The unit at row {unit[0]}, column {unit[1]} of the layer, all its channels together: the mean "
        f"absolute gradient over {EFFECTIVE_IMAGES} test images, "
        "in per cent of the whole. The frame is what it can see in theory. If all pixels in it counted alike, 25 % "
        "would lie in its middle half (half of each side); mostly it is more: from a pixel in the middle many ways "
        "lead through the layers to the unit, from one at the edge only few (Luo et al., 2016)."
    )
    what = f"{network.name}, layer {layer_words(network, path)}: how much each pixel moves its unit in the middle."
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.caption(caption, width=520)
        with st.container(horizontal=True, width="content"):
            download_picture(
                lambda: captioned_png(
                    [Tile(tile.values, tile.label, "") for tile in tiles], scale, f"{what} {caption}", 1
                ),
                "effective-field.png",
                "fields/effective/png",
            )
            download_table(lines, "effective-field", "fields/effective/csv")


def _measured(mine: Session, subject: ModelView, path: Path, seed: int) -> tuple[Effective, Effective]:
    """Before training and after; what is known already is not measured again."""
    from core.training import build_model  # with it comes Keras

    network = subject.network
    images = load(subject.dataset).x_test[:EFFECTIVE_IMAGES].astype(np.float32) / 255
    begun = _begun_with(mine, subject)
    bar = st.empty()

    def told(begin: float, words: str) -> Callable[[float], object]:
        return lambda done: bar.progress(begin + done / 2, text=words)

    def untrained() -> Effective:
        tell = told(0.0, "Before training …")
        tell(0.0)
        model = build_model(network, seed)
        if begun is not None:
            model.set_weights(begun)
        return effective_field(model, network, path, images, on_progress=tell)

    def trained() -> Effective:
        tell = told(0.5, "After training …")
        tell(0.0)
        return effective_field(subject.model, network, path, images, on_progress=tell)

    where = (network, path, subject.dataset)
    which = seed if begun is None else mine.run.created
    before = mine.kept(f"fields/before/{place(path)}", (which, *where), untrained)
    after = mine.kept(f"fields/after/{place(path)}", (subject.version, *where), trained)
    bar.empty()
    return before, after


def _begun_with(mine: Session, subject: ModelView) -> list[np.ndarray] | None:
    """The weights that a run began with where those were not fresh: it was taught drawings. Else None."""
    run = mine.run
    if mine.focus.subject != "run" or run is None or not is_drawn(run.dataset_name) or 0 not in run.epochs():
        return None
    try:
        return run.epoch_weights(0)
    except StoreError:  # dropped since, for room
        return None


def _start_seed(mine: Session, subject: ModelView) -> int:
    """Of the weights that the network began with, where that is known."""
    run = mine.run
    known = mine.focus.subject == "run" and run is not None and run.network is subject.network
    return run.recipe.seed if known else UNTRAINED_SEED


def _effective_words(found: Effective) -> str:
    return (
        f"{found.central_share * 100:.0f} % of the effect comes from the middle half of the box, "
        f"95 % from within {found.radius():.1f} pixels of its middle."
    )


def _at_the_border(network: Network, path: Path) -> None:
    """How much of each unit's view is padding."""
    field = trace(network).row(path).receptive_field
    outside = border_share(field) * 100
    words = _border_words(field, outside)
    if outside.any():
        scale = Scale(0.0, 100.0, MAGMA)
        tile = Tile(outside, "", words)
        cell = cell_size(outside.shape, SIDE_PX)
        st.markdown(f"**How much of each unit’s view is padding**, in layer {layer_words(network, path)}")
        st.html(gallery([tile], scale, cell))
        _scale_line(scale, "per cent of the view")
    st.markdown(words)
    caption = (
        "Each cell is a unit of the layer; its colour says how many per cent of its view lie outside of the image, "
        "where padding stands in with zeros. Such a unit knows less of the image than one in the middle, and can "
        "tell from the zeros that it stands at the border."
    )
    if outside.any():
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            st.caption(caption, width=520)
            full = f"{layer_words(network, path)}. {words} {caption}"
            download_picture(lambda: captioned_png([tile], scale, full, cell), "border.png", "fields/border/png")


def _border_words(field: ReceptiveField, outside: np.ndarray) -> str:
    """One sentence; `outside` in per cent."""
    rows, columns = outside.shape
    if not outside.any():
        return "No unit of this layer looks beyond the border of the image: no padding stands in for pixels."
    if (rows, columns) == (1, 1):
        return f"{outside[0, 0]:.0f} % of this layer’s view lie outside of the image."
    some = int((outside > 0).sum())
    middle = outside[central_unit(field)]
    return (
        f"{some:,} of the {rows * columns:,} units look beyond the border: the one in the upper left corner with "
        f"{outside[0, 0]:.0f} % of its view, the one in the middle with {middle:.0f} %."
    )


def _scale_line(scale: Scale, unit: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(legend(scale), width="content")
        st.caption(unit, width="content")


def stacks() -> None:
    """A stack of 3×3 convolutions against the single one that sees as much."""
    with st.expander(
        "Why two 3×3 equal one 5×5, and at what price", on_change="rerun", key="fields/stacks"
    ) as opened:
        if not opened.open:
            return
        with st.container(horizontal=True):
            count = st.number_input("3×3 layers", 1, 5, 2, key="fields/stacks/count", width=150)
            channels = st.number_input("Channels", 1, 1024, 16, key="fields/stacks/channels", width=150)
        found = stacked([3] * count, channels)
        size = found.stack.size
        lines = [
            {
                "": words,
                "Sees": f"{cost.size}×{cost.size}",
                "Parameters": f"{cost.parameters:,}",
                "Multiply-adds": f"{cost.macs:,}",
            }
            for words, cost in ((f"{count} × Conv2D 3×3", found.stack), (f"1 × Conv2D {size}×{size}", found.single))
        ]
        st.table(lines, hide_index=True, border="horizontal", width="content")
        download_table(lines, "stacked-kernels", "fields/stacks/csv")
        if count == 1:
            st.markdown("With one layer they are the same thing. Stack another one.")
        else:
            saved = 1 - found.stack.macs / found.single.macs
            st.markdown(
                f"Each further 3×3 layer widens the view by 2, so {count} of them see {size}×{size} pixels, with "
                f"**{saved * 100:.0f} %** fewer multiply-adds than one {size}×{size} kernel; and an activation can "
                f"stand between them, which lets them tell more apart."
            )
        st.caption(
            "As many channels go in as come out, the stride is 1; multiply-adds are counted for each position of the "
            "map. The price: the maps in between need memory, and the layers wait for each other (Simonyan and "
            "Zisserman, 2015)."
        )


def _central_box(field: ReceptiveField) -> Box:
    return field.region(*central_unit(field))


def _has_holes(field: ReceptiveField) -> bool:
    """Whether the unit in the middle leaves out some of the pixels in its box."""
    return int(pixels_read(field, *central_unit(field)).sum()) < prod(_central_box(field).size)
