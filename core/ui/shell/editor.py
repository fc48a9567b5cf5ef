"""The state behind the editor: a network, a recipe and a dataset, with undo and redo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from threading import RLock
from typing import Any, NamedTuple

from core.data import SOURCES
from core.network import LENET5, PRESETS, Network, Path
from core.network.identity import Identities, carried_identities, fresh_identities
from core.network.network import IMAGE, MAX_NAME
from core.network.recipe import Recipe
from core.training import why_unfit
from core.ui.shell.renewal import Renewal

MOST_UNDO = 100
CHANGED = ", changed"
_PUBLISHED = {preset.network: key for key, preset in PRESETS.items()}


class Step(NamedTuple):
    """An entry of the undo history; with the recipe, and what of it was set by hand, only where it changed too."""

    network: Network
    selected: Path | None
    preset: str | None
    recipe: tuple[Recipe, frozenset[str]] | None


@dataclass
class Editor:
    """The network, recipe and dataset that a visitor works on, with undo and redo.

    What a page does later than it was drawn (a value typed, a button pressed) names its layer by `identity_at` and
    not by its place: by then another layer may stand there. Streamlit runs the callbacks of one visitor on more than
    one thread, so each change is made as a whole.

    Attributes:
        network: the network.
        recipe, dataset: for the next run; the dataset as `core.data.load` calls it.
        preset: key of the preset that the network began as; None where it came from elsewhere.
        set_by_hand: names of the recipe's settings that the visitor has set: another preset leaves them alone.
        past, future: for undo and redo.
        edited: the network before the last edit; None where another one was opened since, or an edit undone.
        selected: path of the layer or branch that is open.
        widgets: renewed when fields must take their values from the network again (undo, move, preset).
        recipes: renewed when the recipe was replaced as a whole: a value that was typed before that comes too late for it.
        first_weights: identity of the imported model with whose weights the next run begins; empty for fresh weights, None as long
            as nothing was chosen.
        link_problem: why the link that was opened last cannot be read; empty if it can.
    """

    network: Network = LENET5
    recipe: Recipe = Recipe()
    dataset: str = "mnist"
    preset: str | None = field(init=False)
    set_by_hand: frozenset[str] = frozenset()
    past: list[Step] = field(default_factory=list)
    future: list[Step] = field(default_factory=list)
    edited: Network | None = None
    selected: Path | None = (0,)
    widgets: Renewal = field(default_factory=Renewal)
    recipes: Renewal = field(default_factory=Renewal)
    link_problem: str = ""
    first_weights: str | None = None
    _numbers: count[int] = field(default_factory=count, repr=False)
    _identities: Identities = field(default_factory=dict, repr=False)
    _changing: RLock = field(default_factory=RLock, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._identities = fresh_identities(self.network, self._numbers)
        self.preset = _PUBLISHED.get(self.network)

    def identity_at(self, path: Path = IMAGE) -> int:
        """What stays with the block or branch at this path through edits; `()` is the network.

        What is opened, undone or redone is new as a whole: a value that was typed before that comes too late for it.
        Where there is nothing at this path (any more), it is −1, which nothing has.
        """
        return self._identities.get(path, -1)

    def place_of(self, identity: int) -> Path | None:
        """The path at which the block or branch with this identity is now; None if it has gone."""
        return next((path for path, one in self._identities.items() if one == identity), None)

    def change(
        self,
        identity: int,
        changed: Callable[[Network, Path], Network],
        selected: Callable[[Path], Path] | None = None,
        fresh_widgets: bool = True,
    ) -> Path | None:
        """Edit the network at the place where the block with this identity is; None, and no edit, if it has gone.

        Args:
            identity: as `identity_at` gave it.
            changed: the network and the place → the network as it becomes; may raise `InvalidSetting`.
            selected: the place → the path that is open afterwards; the same as before by default.
            fresh_widgets: as for `edit`.

        Returns:
            The place.
        """
        with self._changing:
            path = self.place_of(identity)
            if path is not None:
                self.edit(changed(self.network, path), selected and selected(path), fresh_widgets)
            return path

    def edit(self, network: Network, selected: Path | None = None, fresh_widgets: bool = True) -> None:
        """Change the network; `undo` brings this one back.

        A published network that has been changed is called so, until it gets a name of its own.
        """
        with self._changing:
            if network != self.network:
                before = self.network
                if before in _PUBLISHED and network.name == before.name:
                    network = network.renamed(f"{network.name[: MAX_NAME - len(CHANGED)]}{CHANGED}")
                self._replace(network)
                self._identities = carried_identities(before, self._identities, network, self._numbers)
                self.edited = before
            self._settle(selected, fresh_widgets)

    def open(self, network: Network, recipe: Recipe | None = None) -> None:
        """Replace the network, and the whole recipe if one is given; `undo` brings both back."""
        self._open(network, None if recipe is None else (recipe, frozenset()))

    def begin_with(self, key: str) -> None:
        """Open a preset with its recipe, if it has one, but for the settings that were set by hand."""
        preset = PRESETS[key]
        with self._changing:
            kept = {name: getattr(self.recipe, name) for name in self.set_by_hand}
            self._open(preset.network, preset.recipe and (preset.recipe.replaced(**kept), self.set_by_hand))

    def set_in_recipe(self, name: str, value: Any, of: int | None = None) -> None:
        """Set one of the recipe's settings by hand; nothing where it is for the number `of` of `recipes`, which has gone."""
        with self._changing:
            if of not in (None, self.recipes.number):
                return
            before = self.recipe
            self.recipe = before.with_setting(name, value)
            self.set_by_hand |= {name, *self.recipe.differing(before)}

    def take_recipe(self, recipe: Recipe) -> None:
        """Set the whole recipe to that of a preset: nothing of it is set by hand any more."""
        with self._changing:
            self._replace_recipe(recipe, frozenset())
            self.widgets.renew()

    def begin(self, network: Network, recipe: Recipe, dataset: str) -> None:
        """Start from a draft of an earlier visit: there is nothing to undo.

        What was set by hand is where the recipe is not that of the preset or, in a network of their own, the usual one.
        """
        self.network = network
        self.preset = _PUBLISHED.get(network)
        theirs = PRESETS[self.preset].recipe if self.preset else None
        self._replace_recipe(recipe, frozenset(recipe.differing(theirs or Recipe())))
        self._renew_identities()
        self.dataset = dataset if dataset in SOURCES else self.dataset
        self._keep_selection()

    def undo(self) -> None:
        """Go back to the network before the last edit, if there is one."""
        with self._changing:
            if self.past:
                self._go(self.past.pop(), self.future)

    def redo(self) -> None:
        """Go forward again after an undo, if nothing has been edited since."""
        with self._changing:
            if self.future:
                self._go(self.future.pop(), self.past)

    def why_not_train(self) -> str | None:
        """The reason why the network cannot be trained now, as a sentence; None if it can."""
        source = SOURCES[self.dataset]
        return why_unfit(self.network, source.input_shape, len(source.class_names), self.recipe, source.title)

    def _open(self, network: Network, recipe: tuple[Recipe, frozenset[str]] | None) -> None:
        """Replace the network, and the recipe with what of it was set by hand."""
        with self._changing:
            if network != self.network:
                self._replace(network, recipe is not None)
            if recipe is not None:
                self._replace_recipe(*recipe)
            self.preset = _PUBLISHED.get(network)
            self.edited = self.first_weights = None
            self._renew_identities()
            self._settle((0,), True)

    def _step(self, with_recipe: bool) -> Step:
        recipe = (self.recipe, self.set_by_hand) if with_recipe else None
        return Step(self.network, self.selected, self.preset, recipe)

    def _replace(self, network: Network, with_recipe: bool = False) -> None:
        self.past = [*self.past[-MOST_UNDO:], self._step(with_recipe)]
        self.future = []
        self.network = network

    def _replace_recipe(self, recipe: Recipe, set_by_hand: frozenset[str]) -> None:
        self.recipe, self.set_by_hand = recipe, set_by_hand
        self.recipes.renew()

    def _settle(self, selected: Path | None, fresh_widgets: bool) -> None:
        self.link_problem = ""
        if selected is not None:
            self.selected = selected
        if fresh_widgets:
            self.widgets.renew()
        self._keep_selection()

    def _go(self, step: Step, back: list[Step]) -> None:
        """Restore a step, and push the present state to the opposite history."""
        back.append(self._step(step.recipe is not None))
        self.network, self.preset = step.network, step.preset
        if step.recipe is not None:
            self._replace_recipe(*step.recipe)
        self.edited = None
        self._renew_identities()
        self._settle(step.selected, True)

    def _renew_identities(self) -> None:
        self._identities = fresh_identities(self.network, self._numbers)

    def _keep_selection(self) -> None:
        """Select an earlier sibling, the parent or the first layer where the selected one no longer exists."""
        places = self.network.places()
        while self.selected and self.selected not in places:
            *above, last = self.selected
            self.selected = (*above, last - 1) if last else tuple(above)
        if not self.selected:
            self.selected = (0,) if (0,) in places else None
