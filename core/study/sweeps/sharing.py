"""Sweeps as text: JSON for files and the database, tokens for links. Input is untrusted and validated in full."""

# pyright: reportUnnecessaryIsInstance=false
# What is read is checked, whatever the annotations promise: it may come from anywhere.

from __future__ import annotations

import json
from typing import Any, NoReturn

from core.network.network import MAX_DEPTH, Path
from core.network.settings import InvalidSetting, settings_of
from core.network.sharing import MAX_TEXT, InvalidNetwork, packed, shared_from_json, to_json, unpacked
from core.study.sweeps.domains import MOST_VALUES, Domain, InvalidSweep, Listed, Span, Value
from core.study.sweeps.sweep import MOST_DIMENSIONS, Dimension, Plan, Sweep
from core.study.sweeps.targets import Depth, OfLayers, OfRecipe, Target, Widths

FORMAT = 1
_FIELDS = {"format", "name", "plan", "dimensions", "base"}
_OF = {
    "layers": {"kind", "field", "at"},
    "every": {"kind", "field"},
    "recipe": {"field"},
    "widths": set[str](),
    "depth": {"kind", "at"},
}
_DOMAIN = {"values", "low", "high", "log", "points"}

# Part of the format of links, as that of networks.
_USUAL = (
    b'{"of":"depth","kind":"Branches","at":[2],"values":[1,2,3,4]},{"of":"widths","values":[0.5,1.0,2.0]}'
    b',{"of":"every","kind":"Dropout","field":"rate","low":0.0,"high":0.5},{"of":"every","kind":"Dense","field":'
    b'"kernel_regularizer.l2","low":1e-06,"high":0.01,"log":true,"points":5},{"of":"recipe","field":"learning_rate",'
    b'"values":[0.0001,0.001,0.01]},{"of":"recipe","field":"batch_size","values":[32,64,128,256]}'
    b'{"format":1,"name":"My sweep","plan":{"method":"tpe","repeats":3,"trials":50,"minutes":60,"pruner":"median"}'
    b',"dimensions":[{"of":"layers","kind":"Dense","field":"units","at":[[5]],"values":[16,32,64,128]}],"base":'
)


def sweep_to_json(sweep: Sweep) -> str:
    """JSON text that `sweep_from_json` reads back to an equal sweep.

    Example:
        {"format": 1, "name": "…", "plan": {"repeats": 3},
         "dimensions": [{"of": "layers", "kind": "Dense", "field": "units", "at": [[5]], "values": [64, 128]},
                        {"of": "recipe", "field": "learning_rate", "low": 0.0001, "high": 0.1, "log": true}],
         "base": {the network with recipe and dataset, as `core.network.to_json` has it}}
    """
    return json.dumps(_written(sweep), ensure_ascii=False)


def sweep_from_json(text: str) -> Sweep:
    """The sweep that this text describes.

    Raises:
        InvalidSweep: whatever is wrong with the text, and nothing else.
    """
    if not isinstance(text, str):
        raise InvalidSweep("A sweep is read from text.")
    if len(text) > MAX_TEXT:
        raise InvalidSweep(f"This is too long for a sweep: more than {MAX_TEXT:,} characters.")
    try:
        value = json.loads(text, parse_constant=_no_number)
    except InvalidSweep:
        raise
    except (ValueError, RecursionError):
        raise InvalidSweep("This text is not JSON, so it cannot be a sweep.") from None
    return _read(value)


def sweep_to_token(sweep: Sweep) -> str:
    """The same, short and safe in a URL, as a network's."""
    return packed(json.dumps(_written(sweep), ensure_ascii=False, separators=(",", ":")), FORMAT, _USUAL)


def sweep_from_token(token: str) -> Sweep:
    """The sweep of a token; raises `InvalidSweep` and nothing else."""
    try:
        text = unpacked(token, FORMAT, "sweep", _USUAL)
    except InvalidNetwork as problem:
        raise InvalidSweep(str(problem)) from None
    return sweep_from_json(text)


def _written(sweep: Sweep) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": sweep.name,
        "plan": sweep.plan.changed_settings(),
        "dimensions": [{**_target(one.target), **_domain(one.domain)} for one in sweep.dimensions],
        "base": json.loads(to_json(sweep.network, sweep.recipe, sweep.dataset)),
    }


def _target(target: Target) -> dict[str, Any]:
    if isinstance(target, OfLayers):
        if target.at is None:
            return {"of": "every", "kind": target.kind, "field": target.field}
        return {"of": "layers", "kind": target.kind, "field": target.field, "at": target.at}
    if isinstance(target, OfRecipe):
        return {"of": "recipe", "field": target.field}
    return {"of": "widths"} if isinstance(target, Widths) else {"of": "depth", "kind": target.kind, "at": target.at}


def _domain(domain: Domain) -> dict[str, Any]:
    if isinstance(domain, Listed):
        return {"values": domain.values}
    found: dict[str, Any] = {"low": domain.low, "high": domain.high}
    if domain.log:
        found["log"] = True
    return found if domain.points is None else {**found, "points": domain.points}


def _read(value: Any) -> Sweep:
    if not isinstance(value, dict) or type(value.get("format")) is not int or value["format"] != FORMAT:
        raise InvalidSweep(f"This is not a sweep of Receptive (format {FORMAT}).")
    _only(value, _FIELDS, "a sweep")
    try:
        base = shared_from_json(json.dumps(value.get("base")))
    except InvalidNetwork as problem:
        raise InvalidSweep(f"The sweep's network: {problem}") from None
    except RecursionError:
        raise InvalidSweep("The sweep's network is nested too deep.") from None
    if base.recipe is None or base.dataset is None:
        raise InvalidSweep("The sweep's network must come with a recipe and a dataset.")
    dimensions = value.get("dimensions")
    if not isinstance(dimensions, list) or len(dimensions) > MOST_DIMENSIONS:
        raise InvalidSweep(f"“dimensions” must be a list of at most {MOST_DIMENSIONS}.")
    plan = value.get("plan")
    if not isinstance(plan, dict):
        raise InvalidSweep("“plan” must be an object with its settings.")
    _only(plan, set(settings_of(Plan)), "a sweep's plan")
    try:
        return Sweep(
            base.network,
            base.recipe,
            base.dataset,
            tuple(_read_dimension(one) for one in dimensions),
            Plan(**plan),
            value.get("name", "My sweep"),
        )
    except InvalidSetting as problem:
        raise InvalidSweep(str(problem)) from None


def _read_dimension(value: Any) -> Dimension:
    of = value.get("of") if isinstance(value, dict) else None
    if not isinstance(of, str) or of not in _OF:
        raise InvalidSweep(f"Each dimension must say what it is of: {', '.join(_OF)}.")
    _only(value, {"of", *_OF[of], *_DOMAIN}, f"a dimension of “{of}”")
    return Dimension(_read_target(of, value), _read_domain(value))


def _read_target(of: str, value: dict[str, Any]) -> Target:
    if of == "widths":
        return Widths()
    if of == "recipe":
        return OfRecipe(_word(value, "field"))
    if of == "depth":
        return Depth(_word(value, "kind"), _path(value.get("at")))
    kind, field = _word(value, "kind"), _word(value, "field")
    if of == "every":
        return OfLayers(kind, field)
    places = value.get("at")
    if not isinstance(places, list) or len(places) > MOST_VALUES:
        raise InvalidSweep("“at” must be a list of the layers' paths, such as [[5]].")
    return OfLayers(kind, field, tuple(_path(one) for one in places))


def _read_domain(value: dict[str, Any]) -> Domain:
    if "values" in value:
        if not isinstance(value["values"], list) or {"low", "high", "log", "points"} & set(value):
            raise InvalidSweep("A dimension has either a list of “values”, or a range from “low” to “high”.")
        return Listed(tuple(_read_value(one) for one in value["values"]))
    if "low" not in value or "high" not in value:
        raise InvalidSweep("A dimension needs a list of “values”, or a range from “low” to “high”.")
    return Span(value["low"], value["high"], value.get("log", False), value.get("points"))


def _read_value(value: Any) -> Value:
    """A value as it stands in a list; whether it suits the setting is checked with the network."""
    if isinstance(value, list):
        if len(value) != 2:
            raise InvalidSweep("A value of two numbers is a list of two, such as [1, 7].")
        return (value[0], value[1])
    return value


def _path(value: Any) -> Path:
    whole = isinstance(value, list) and all(type(n) is int and 0 <= n < 1000 for n in value)
    if not whole or len(value) % 2 == 0 or len(value) > 2 * MAX_DEPTH + 1:
        raise InvalidSweep("The path of a layer is a list of numbers such as [5], or [2, 0, 1] inside branches.")
    return tuple(value)


def _word(value: dict[str, Any], name: str) -> str:
    word = value.get(name)
    if not isinstance(word, str):
        raise InvalidSweep(f"“{name}” of a dimension must be a word.")
    return word


def _only(value: dict[str, Any], known: set[str], what: str) -> None:
    unknown = sorted(set(value) - known)
    if unknown:
        raise InvalidSweep(f"“{unknown[0][:40]}” is not a setting of {what}.")


def _no_number(name: str) -> NoReturn:
    raise InvalidSweep(f"{name} is no number that a sweep could use.")
