"""Networks and recipes as text: JSON for files, tokens for links. Input is untrusted and validated in full."""

# pyright: reportUnnecessaryIsInstance=false
# What is read is checked, whatever the annotations promise: it may come from anywhere.

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from dataclasses import dataclass
from typing import Any, TypeGuard

from core.network.layers import LAYERS
from core.network.network import MAX_DEPTH, MAX_LAYERS, Block, Branches, Network
from core.network.recipe import Recipe
from core.network.settings import InvalidSetting, settings_of
from core.network.words import counted

FORMAT = 1
MAX_TEXT = 200_000  # characters of JSON
MAX_TOKEN = 20_000  # characters of a link
HIDEABLE = ("edit", "train", "draw", "inside")
MOST_HIDDEN = 60
_HIDEABLE = re.compile(rf"{'|'.join(HIDEABLE)}|(page|field) [a-z0-9_]{{1,40}}", re.ASCII)


class InvalidNetwork(ValueError):
    """A text that is not a valid network. The message says why, in one sentence."""


@dataclass(frozen=True)
class Shared:
    """Content of a link or a file: the network and what comes with it.

    Attributes:
        network: the network.
        recipe: how to train it (with the seed); None where the text says nothing of it.
        dataset: its name, or None.
        hidden: what a lesson leaves out: parts of the interface, of `HIDEABLE`, `page ID` and `field NAME`.
    """

    network: Network
    recipe: Recipe | None = None
    dataset: str | None = None
    hidden: tuple[str, ...] = ()


def to_json(
    network: Network, recipe: Recipe | None = None, dataset: str | None = None, hidden: tuple[str, ...] = ()
) -> str:
    """JSON text that `from_json` reads back to an equal network.

    Example:
        {"format": 1, "name": "…", "input_shape": [28, 28, 1],
         "layers": [{"kind": "Dense", "units": 10}, {"merge": "add", "branches": [[…], []]}]}
    """
    return json.dumps(_value(Shared(network, recipe, dataset, hidden)), ensure_ascii=False)


def from_json(text: str) -> Network:
    """The network that this text describes.

    Raises:
        InvalidNetwork: whatever is wrong with the text, and nothing else.
    """
    return shared_from_json(text).network


def shared_from_json(text: str) -> Shared:
    """Parse all that a JSON text shares; raises `InvalidNetwork` like `from_json`."""
    if not isinstance(text, str):
        raise InvalidNetwork("A network is read from text.")
    if len(text) > MAX_TEXT:
        raise InvalidNetwork(f"This is too long for a network: more than {MAX_TEXT:,} characters.")
    if max(text.count("["), text.count("{")) > 10 * MAX_LAYERS:
        raise InvalidNetwork(f"A network may have at most {MAX_LAYERS} layers.")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidNetwork("This text is not JSON, so it cannot be a network.") from None
    return _read(value)


def to_token(
    network: Network,
    recipe: Recipe | None = None,
    dataset: str | None = None,
    hidden: tuple[str, ...] = (),
) -> str:
    """The same, short and safe in a URL: a version digit, then base64 of deflated JSON."""
    text = json.dumps(_value(Shared(network, recipe, dataset, hidden)), ensure_ascii=False, separators=(",", ":"))
    return packed(text, FORMAT)


def from_token(token: str) -> Network:
    """Parse the network from a token; raises `InvalidNetwork` and nothing else."""
    return shared_from_token(token).network


def shared_from_token(token: str) -> Shared:
    """Parse all that a token shares; raises `InvalidNetwork` and nothing else."""
    return shared_from_json(unpacked(token, FORMAT, "network"))


def packed(text: str, version: int, usual: bytes = b"") -> str:
    """A text, short and safe in a URL: the digit of a version, then base64 of its deflated form.

    Args:
        text: mostly JSON of networks.
        version: of the format, 0…9.
        usual: words that it is likely to have beside those of networks. Part of the format.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=usual + _DICTIONARY)
    deflated = packer.compress(text.encode()) + packer.flush()
    return f"{version}{base64.urlsafe_b64encode(deflated).decode().rstrip('=')}"


def unpacked(token: str, version: int, noun: str, usual: bytes = b"") -> str:
    """The text that `packed` made a token of, at most `MAX_TEXT` bytes; `noun` says what should be in it.

    Raises:
        InvalidNetwork: where it is none, with a sentence.
    """
    if not isinstance(token, str) or len(token) > MAX_TOKEN:
        raise InvalidNetwork("This link is too long to be one of ours.")
    if len(token) < 2:
        raise InvalidNetwork(f"This link is empty or cut off: there is no {noun} in it.")
    if not re.fullmatch(r"[0-9][A-Za-z0-9_-]+", token, re.ASCII):
        raise InvalidNetwork("This link is damaged: it has characters that none of ours has.")
    if token[0] != str(version):
        raise InvalidNetwork("This link was made by another version of Receptive.")
    try:
        deflated = base64.urlsafe_b64decode(token[1:] + "=" * (-(len(token) - 1) % 4))
        unpacker = zlib.decompressobj(-15, zdict=usual + _DICTIONARY)
        plain = unpacker.decompress(deflated, MAX_TEXT)  # never more, whatever the link holds
        if len(plain) == MAX_TEXT:
            raise InvalidNetwork("This link is too large to be one of ours.")
        if not unpacker.eof:
            raise InvalidNetwork("This link is cut off: its end is missing.")
        if unpacker.unused_data:
            raise InvalidNetwork("This link is damaged: there is something after its end.")
        return plain.decode()
    except (binascii.Error, zlib.error, UnicodeDecodeError):
        raise InvalidNetwork("This link is damaged or cut off: it cannot be unpacked.") from None


# What every text has in common need not be in the link. Part of the format: to change it is a new version.
_DICTIONARY = (
    b'{"kind":"LayerNormalization"},{"kind":"GroupNormalization","groups":4},{"kind":"ActivityRegularization","l2":0.0001}'
    b',"kernel_regularizer":[0.0,1e-05],"depthwise_initializer":"he_normal","kernel_initializer":"he_normal"'
    b'{"kind":"GaussianNoise","stddev":0.1},{"kind":"GaussianDropout","rate":0.1},{"kind":"SpatialDropout2D","rate":0.1}'
    b'{"kind":"GlobalMaxPooling2D"},{"kind":"ZeroPadding2D","padding":[2,2]},"use_bias":false,"groups":2,"depth_multiplier":2'
    b'{"kind":"DepthwiseConv2D","kernel_size":[3,3],"padding":"same"},"dilation_rate":[2,2],"strides":[2,2]'
    b'{"merge":"add","branches":[[{"kind":"SeparableConv2D","filters":64,"padding":"same","activation":"relu"}],[]]}'
    b'{"merge":"concatenate","branches":[[{"kind":"Conv2D","filters":64,"kernel_size":[7,7],"padding":"same","activation":"relu"}]'
    b'"recipe":{"epochs":20,"batch_size":32,"optimizer":"SGD","learning_rate":0.01,"momentum":0.9,"loss":"mse","seed":2}'
    b',"dataset":"fashion_mnist","hidden":["edit","train","draw","inside"],"activation":"tanh"'
    b'{"format":1,"name":"My network","input_shape":[28,28,1],"layers":[{"kind":"GlobalAveragePooling2D"}'
    b',{"kind":"Conv2D","filters":16,"kernel_size":[5,5],"padding":"same","activation":"relu"},{"kind":"BatchNormalization"}'
    b',{"kind":"MaxPooling2D"},{"kind":"AveragePooling2D"},{"kind":"Dropout","rate":0.2},{"kind":"Activation"}'
    b',{"kind":"Flatten"},{"kind":"Dense","units":120,"activation":"relu"},{"kind":"Dense","activation":"softmax"}]'
    b',"recipe":{"epochs":5},"dataset":"mnist"}'
)


def _value(shared: Shared) -> dict[str, Any]:
    value: dict[str, Any] = {
        "format": FORMAT,
        "name": shared.network.name,
        "input_shape": shared.network.input_shape,
        "layers": [_written(block) for block in shared.network.layers],
    }
    if shared.recipe is not None:
        value["recipe"] = shared.recipe.changed_settings()
    if shared.dataset is not None:
        value["dataset"] = shared.dataset
    if shared.hidden:
        value["hidden"] = shared.hidden
    return value


def _written(block: Block) -> dict[str, Any]:
    if isinstance(block, Branches):
        branches = [[_written(inner) for inner in branch] for branch in block.branches]
        return {"merge": block.merge, "branches": branches}
    return {"kind": type(block).__name__, **block.changed_settings()}


def _read(value: Any) -> Shared:
    if not _is_object(value) or value.get("format") != FORMAT:
        raise InvalidNetwork(f"This is not a network of Receptive (format {FORMAT}).")
    _only(value, {"format", "name", "input_shape", "layers", "recipe", "dataset", "hidden"}, "a network")
    try:
        network = Network(
            tuple(_list(value.get("input_shape"), "input_shape", 3)),
            _read_blocks(value.get("layers"), 0),
            value.get("name", "My network"),
        )
        recipe = value.get("recipe")
        if recipe is not None:
            if not _is_object(recipe):
                raise InvalidNetwork("The recipe must be an object with its settings.")
            _only(recipe, set(settings_of(Recipe)), "a recipe")
            recipe = Recipe(**recipe)
    except InvalidSetting as problem:
        raise InvalidNetwork(str(problem)) from None
    dataset = value.get("dataset")
    if dataset is not None and not (isinstance(dataset, str) and re.fullmatch(r"[a-z0-9_]{1,40}", dataset)):
        raise InvalidNetwork("The dataset must be a plain name.")
    hidden = _list(value.get("hidden", []), "hidden", MOST_HIDDEN)
    if not all(isinstance(part, str) and _HIDEABLE.fullmatch(part) for part in hidden):
        raise InvalidNetwork(
            f"Only these parts can be hidden: {', '.join(HIDEABLE)}, single pages and single fields."
        )
    return Shared(network, recipe, dataset, tuple(hidden))


def _read_blocks(value: Any, depth: int) -> tuple[Block, ...]:
    if depth > MAX_DEPTH:
        raise InvalidNetwork(f"Branches may be nested at most {MAX_DEPTH} deep.")
    return tuple(_read_block(item, depth) for item in _list(value, "layers", MAX_LAYERS))


def _read_block(value: Any, depth: int) -> Block:
    if not _is_object(value):
        raise InvalidNetwork("Each layer must be an object with its kind and its settings.")
    if "branches" in value:
        _only(value, {"branches", "merge"}, "branches")
        branches = _list(value["branches"], "branches", 8)
        return Branches(
            tuple(_read_blocks(branch, depth + 1) for branch in branches),
            value.get("merge", "concatenate"),
        )
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in LAYERS:
        raise InvalidNetwork("There is a layer of a kind that is not known here.")
    fields = {name: setting for name, setting in value.items() if name != "kind"}
    _only(fields, set(settings_of(LAYERS[kind])), kind)
    return LAYERS[kind](**fields)


def _is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether it was an object in JSON, where all names are texts."""
    return isinstance(value, dict)


def _is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _list(value: Any, what: str, longest: int) -> list[Any]:
    if not _is_list(value) or len(value) > longest:
        raise InvalidNetwork(f"“{what}” must be a list of at most {counted(longest, 'element')}.")
    return value


def _only(value: dict[str, Any], known: set[str], what: str) -> None:
    unknown = sorted(set(value) - known)
    if unknown:
        raise InvalidNetwork(f"“{unknown[0][:40]}” is not a setting of {what}.")
