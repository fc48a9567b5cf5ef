"""What of a network and its recipe can be swept, for pages and the editor to choose from."""

from __future__ import annotations

from dataclasses import dataclass

from core.network.layers import Layer
from core.network.network import Network, layer_label
from core.network.recipe import Recipe
from core.network.settings import Penalty, settings_of
from core.network.variants import WIDTHS
from core.network.words import plural
from core.study.sweeps.domains import InvalidSweep, Scale, Value, scale_of
from core.study.sweeps.targets import FIXED, PARTS, Depth, OfLayers, OfRecipe, Target, Widths, kind_of

WHOLE = "Whole network"
RECIPE = "Recipe"


@dataclass(frozen=True)
class Offer:
    """Something that could be a dimension.

    Attributes:
        target: what it sets.
        group: where to offer it: `Whole network`, `All Dense layers`, `Layer 6 · Dense`, `Recipe`.
        label: in the words of a sentence, `units of layer 6`.
        scale: what values there are, with bounds or choices, the form's label and help.
        now: the values that network and recipe have, each once: several where layers differ.
        advanced: whether it is shown only on demand.
    """

    target: Target
    group: str
    label: str
    scale: Scale
    now: tuple[Value, ...]
    advanced: bool


def offers(network: Network, recipe: Recipe) -> tuple[Offer, ...]:
    """All that can be swept of a network that works: as a whole, of all layers of a kind, layer by layer, and of the recipe.

    A kind is offered where more than one layer is of it. Left out: how wide the layer is that gives the answer, tables
    of learning rates, the seed and the validation share; and what has no effect by this recipe is advanced.
    """
    found: list[tuple[Target, str, bool]] = [(Widths(), WHOLE, False)]
    layers = [(path, block) for path, block in network.walk() if isinstance(block, Layer)]
    kinds = [type(block) for _, block in layers]
    for kind in dict.fromkeys(kinds):
        if kinds.count(kind) > 1:
            found += [
                (OfLayers(kind.__name__, name), f"All {plural(f'{kind.__name__} layer')}", advanced)
                for name, advanced in _fields(kind)
            ]
    for path, block in network.walk():
        group, seen = f"Layer {layer_label(path)} · {kind_of(block)}", kind_of(block)
        if isinstance(block, Layer):
            found += [(OfLayers(seen, name, (path,)), group, advanced) for name, advanced in _fields(type(block))]
        depth = Depth(seen, path)
        if _begins(network, depth):
            found.append((depth, group, False))
    found += [(OfRecipe(name), RECIPE, name in recipe.idle()) for name in settings_of(Recipe) if name not in FIXED]
    return tuple(_offered(network, recipe, *one) for one in found if _works(network, one[0]))


def _fields(kind: type[Layer]) -> list[tuple[str, bool]]:
    """The fields of a kind of layer that can be swept, penalties by their two strengths, and which are advanced."""
    fields = []
    for name, how in settings_of(kind).items():
        if isinstance(how, Penalty):
            fields += [(f"{name}.{part}", False) for part in PARTS]
        elif scale_of(how) is not None:
            fields.append((name, how.advanced and name not in WIDTHS))
    return fields


def _begins(network: Network, depth: Depth) -> bool:
    """Whether a row of equal blocks that can be longer begins here, so that each row is offered once."""
    return depth.row(network).first == depth.at and depth.can_repeat(network)


def _works(network: Network, target: Target) -> bool:
    try:
        target.scale(network)
    except InvalidSweep:
        return False
    return True


def _offered(network: Network, recipe: Recipe, target: Target, group: str, advanced: bool) -> Offer:
    return Offer(target, group, target.label(), target.scale(network), target.now(network, recipe), advanced)
