"""Each page's state belongs to that page, and each visitor has one of their own."""

import dataclasses
import importlib
from pathlib import Path

import pytest

from tests.test_arrows import FILES, ROOT, imports

STATES = sorted((ROOT / "core" / "ui" / "pages").glob("*/state.py"))


def state_class(path: Path) -> type:
    """The one class of this module that a session makes: its name ends so."""
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    (kind,) = [
        kind for name, kind in vars(module).items() if name.endswith("State") and kind.__module__ == module.__name__
    ]
    return kind


@pytest.mark.parametrize("path", STATES, ids=lambda path: path.parent.name)
def test_a_state_is_used_by_its_own_page_only(path):
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for file in FILES:
        if module in imports(file):
            assert file.parent == path.parent or file == ROOT / "pages" / f"{path.parent.name}.py", file


@pytest.mark.parametrize("path", STATES, ids=lambda path: path.parent.name)
def test_a_state_is_made_without_arguments_and_shares_nothing_between_visitors(path):
    kind = state_class(path)
    one, other = kind(), kind()
    for field in dataclasses.fields(kind):
        value = getattr(one, field.name)
        if isinstance(value, (list, dict, set)) or dataclasses.is_dataclass(value):
            assert value is not getattr(other, field.name), field.name


@pytest.mark.parametrize("path", STATES, ids=lambda path: path.parent.name)
def test_every_attribute_is_described(path):
    kind = state_class(path)
    for field in dataclasses.fields(kind):
        assert field.name in kind.__doc__, f"{kind.__name__}.{field.name}"
