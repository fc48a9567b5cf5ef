"""What is on the stage: whose weights, of the run, of a network that comes trained or fresh ones, and what they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.data import SOURCES
from core.insight import activations
from core.insight.certainty import SURE_FROM
from core.insight.kernels import kernels
from core.insight.plain import NotPlain, plain_activations, plain_kernels
from core.network import Network, Path, trace
from core.network.words import counted
from core.training.limits import why_too_large
from core.training.pretrained import pretrained, pretrained_weights
from core.training.priority import awake
from core.training.trained import Trained
from core.ui.pages.playground.on_stage import run_on_stage, shipped_name
from core.ui.pages.playground.places import read_path
from core.ui.pages.playground.state import PlaygroundState, Shown, Sketch
from core.ui.shell.session import Session
from core.ui.widgets.model_view import ModelView, run_view, subject_of, waking
from core.views.stage import stage_kernels


@dataclass(frozen=True, eq=False)
class Seen:
    """What the pieces of the page show for one image.

    Attributes:
        network: in the editor.
        subject: the network with its weights; None where it cannot work, and as long as TensorFlow is not there.
        values: path → (h, w, c) or (units,), the output of each layer; empty where it cannot work.
        kernels: path → (outputs, inputs, rows, columns), of the convolutions that are drawn.
        class_names: of what it predicts.
        learned: what its weights have learned where that is another dataset than the images', in words; else empty.
        problem: the reason why there is nothing to show, as a sentence; empty where there is.
        asleep: true as long as TensorFlow is not there.
    """

    network: Network
    subject: ModelView | None
    values: Mapping[Path, np.ndarray]
    kernels: Mapping[Path, np.ndarray]
    class_names: tuple[str, ...]
    learned: str = ""
    problem: str = ""
    asleep: bool = False

    @property
    def said(self) -> np.ndarray | None:
        """(classes,) probabilities; None where the network ends otherwise."""
        last = [*self.values.values()][-1] if self.values else None
        return last if last is not None and last.shape == (len(self.class_names),) else None

    @property
    def sure_from(self) -> float:
        """The probability from which its predictions are called sure, 0…1."""
        return SURE_FROM if self.subject is None else self.subject.sure_from


def seen(mine: Session, image: np.ndarray) -> Seen:
    """The network of the editor, with what each of its layers makes of an (h, w, c) image in 0…1."""
    network, state = mine.editor.network, mine.state(PlaygroundState)
    names = SOURCES[mine.editor.dataset].class_names
    problem = why_not_shown(mine)
    if problem:
        return Seen(network, None, {}, {}, names, problem=problem)
    if not awake():
        return _before_tensorflow(mine, image, names)
    subject = stage_subject(mine)
    values = mine.kept(
        "activations",
        (subject.version, image.tobytes()),
        lambda: activations(subject.model, subject.network, image),
    )
    folded = folded_layers(state.folded)
    found = mine.kept("playground/kernels", (subject.version, folded), lambda: _kernels(subject, folded))
    learned = learned_elsewhere(subject.dataset, mine.editor.dataset)
    return Seen(network, subject, values, found, subject.class_names, learned)


def _before_tensorflow(mine: Session, image: np.ndarray, names: tuple[str, ...]) -> Seen:
    """The same by NumPy alone, for a network that comes trained; else the layers, without maps as yet.

    A run that has just begun, or an edit, does not wait here: nothing on the page would answer meanwhile.
    """
    network, dataset, run = mine.editor.network, mine.editor.dataset, run_on_stage(mine)
    name = shipped_name(network, dataset)
    if name is None or mine.beginning() is not None or (run is not None and run.version):
        return Seen(network, None, {}, {}, names, asleep=True)
    mine.state(PlaygroundState).shown = Shown(network, dataset, None, name, _places(mine, network))
    return mine.kept("playground/plain", (name, image.tobytes()), lambda: _plain(network, name, image, names))


def _plain(network: Network, name: str, image: np.ndarray, names: tuple[str, ...]) -> Seen:
    weights = pretrained_weights(name)
    try:
        values, found = plain_activations(network, weights, image), plain_kernels(network, weights)
    except NotPlain:
        values, found = {}, {}
    return Seen(network, None, values, found, names, asleep=True)


def folded_layers(text: str) -> frozenset[Path]:
    """The layers that the stage has folded away, of the text that it sends: of them nothing is drawn."""
    return frozenset(path for path in map(read_path, text.split()) if path is not None)


def _kernels(subject: ModelView, folded: frozenset[Path]) -> dict[Path, np.ndarray]:
    """The kernels of each convolution: (outputs, inputs, rows, columns), as each output reads its input."""

    def of(path: Path) -> np.ndarray:
        layer = kernels(subject.model, subject.network, path)
        outputs = len(layer.images if layer.mixing is None else layer.mixing)
        return np.stack([layer.of_output(channel) for channel in range(outputs)])

    return stage_kernels(subject.network, of, folded)


def stage_subject(mine: Session) -> ModelView:
    """The network of the editor, which works, with the weights that it has now."""
    network, run = mine.editor.network, run_on_stage(mine)
    found = None if run is None else run_view(mine, run)
    if found is None:
        found = _imported(mine) or _shipped(mine, network) or _sketched(mine, network)
    state = mine.state(PlaygroundState)
    before = state.shown
    there = None if before is None else (before.network, before.dataset)
    if before is None or before.model is not found.model or there != (network, found.dataset):
        state.shown = Shown(network, found.dataset, found.model, "", _places(mine, network))
    return found


def why_not_shown(mine: Session) -> str | None:
    """The reason why the network has no maps to show, in a sentence; None if it has."""
    traced = trace(mine.editor.network)
    if not traced.rows:
        return "There are no layers yet: add one with +."
    if traced.problems:
        return traced.problems[0].sentence
    return why_too_large(mine.editor.network, mine.editor.recipe.replaced(batch_size=1))


def begin_words(mine: Session) -> str:
    """Where the weights on the stage come from, in a sentence; empty for a run, whose page says that."""
    network, run, state = mine.editor.network, run_on_stage(mine), mine.state(PlaygroundState)
    if run is not None and run.version:
        return ""
    first = mine.beginning()
    if first is not None:
        return _imported_words(first, mine.editor.dataset)
    kept = any((one.network, one.dataset_name) == (network, mine.editor.dataset) for one in mine.workspace.runs)
    before = " What you trained of it before is on Runs." if kept else ""
    if shipped_name(network, mine.editor.dataset):
        return f"These weights come trained. Start trains it from scratch, from fresh ones.{before}"
    sketch = state.sketch
    if sketch is None or (sketch.network, sketch.dataset) != (network, mine.editor.dataset):
        return ""
    if not sketch.kept:
        can_start = not (mine.editor.why_not_train() or mine.workspace.full)
        return "Fresh weights: it has learned nothing yet." + (" Press Start." if can_start else "") + before
    if len(sketch.kept) == sketch.weighted:
        return "All weights are those from before the last edit."
    of = f"{len(sketch.kept)} of {counted(sketch.weighted, 'layer')}"
    return f"The weights of {of} are those from before the last edit; the rest are fresh."


def _imported(mine: Session) -> ModelView | None:
    first = mine.beginning()
    return None if first is None else subject_of(mine, f"imported/{first.identity}")


def _imported_words(first: Trained, dataset: str) -> str:
    learned = learned_elsewhere(first.dataset, dataset)
    return f"These weights are imported{learned and f': {learned}'}. Start trains on from them."


def learned_elsewhere(theirs: str, dataset: str) -> str:
    """What weights have learned, as words, where that is not this dataset; empty where it is."""
    if theirs == dataset:
        return ""
    what = SOURCES[theirs].title if theirs in SOURCES else "classes of their own"
    return f"they have learned {what}, not {SOURCES[dataset].title}"


def _shipped(mine: Session, network: Network) -> ModelView | None:
    name = shipped_name(network, mine.editor.dataset)
    return None if name is None else subject_of(mine, name)


def _places(mine: Session, network: Network) -> dict[int, Path]:
    return {mine.editor.identity_at(path): path for path, _ in network.walk()}


def _sketched(mine: Session, network: Network) -> ModelView:
    """The network with fresh weights or, where it was edited, those that its layers had."""
    state = mine.state(PlaygroundState)
    sketch = state.sketch
    if sketch is None or (sketch.network, sketch.dataset) != (network, mine.editor.dataset):
        with waking():
            state.sketch = sketch = _sketch(mine, network, state.shown)
    model = sketch.model
    return ModelView(network.name, network, model, mine.editor.dataset, False, f"sketch/{id(model)}")


def _sketch(mine: Session, network: Network, before: Shown | None) -> Sketch:
    from core.training.carried import carry_weights
    from core.training.model import build_model, layer_name

    dataset = mine.editor.dataset
    fresh = build_model(network, mine.editor.recipe.seed)
    kept = frozenset()
    if before is not None and (before.network.input_shape, before.dataset) == (network.input_shape, dataset):
        old = before.model or pretrained(before.shipped)
        kept = carry_weights(old, before.places, fresh, _places(mine, network))
    weighted = sum(bool(fresh.get_layer(layer_name(path)).weights) for path, _ in network.walk())
    return Sketch(network, dataset, fresh, kept, weighted)
