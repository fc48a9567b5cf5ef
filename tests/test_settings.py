"""Environment variables: read by one table, which nothing in the environment can make fail."""

import ast
import logging
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import settings
from core.settings import SETTINGS
from core.training.limits import memory_limit
from core.training.run import Run, budget_seconds, unwatched_limit
from core.training.scheduler import runs_at_once

ROOT = Path(__file__).resolve().parents[1]
NONSENSE = ("", "  ", "nonsense", "1.5e3x", "10min", "-1", "nan", "inf", "1e99", "٣٬٥", "0x10")


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_leaves_the_default(monkeypatch, name, text):
    monkeypatch.setenv(name, text)
    default = SETTINGS[name].default
    assert settings.value(name) == (text.strip() if isinstance(default, str) else default)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))))
def test_no_text_makes_a_setting_fail(text):
    with pytest.MonkeyPatch.context() as patched:
        for name, setting in SETTINGS.items():
            patched.setenv(name, text)
            found = settings.value(name)
            assert isinstance(found, str) or found == setting.default or found >= setting.minimum


def test_numbers_are_read_as_people_write_them(monkeypatch):
    monkeypatch.setenv("RECEPTIVE_RUN_MEMORY_MB", "1.5e3")
    assert memory_limit() == 1_500_000_000
    monkeypatch.setenv("RECEPTIVE_RUNS", "3")
    assert runs_at_once() == 3
    monkeypatch.setenv("RECEPTIVE_RUNS", "2.5")
    assert runs_at_once() >= 1


def test_a_malformed_value_stops_no_page_and_no_run(monkeypatch, small_mnist):
    """`RECEPTIVE_PATIENCE_SECONDS=10min` made every run fail, `RECEPTIVE_RUN_MEMORY_MB=1000 MB` two pages."""
    from core.network import LENET5, Recipe

    for name in SETTINGS:
        if not isinstance(SETTINGS[name].default, str):
            monkeypatch.setenv(name, "10min")
    assert (unwatched_limit(), budget_seconds(), memory_limit()) == (600, 7200, 1_000_000_000)
    assert not Run(LENET5, small_mnist, Recipe()).active


def test_nonsense_is_logged_once_with_name_value_and_what_would_work(monkeypatch, caplog):
    monkeypatch.setenv("RECEPTIVE_RUN_MINUTES", "two hours")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            settings.value("RECEPTIVE_RUN_MINUTES")
    assert len(caplog.messages) == 1
    for part in ("RECEPTIVE_RUN_MINUTES", "'two hours'", "a number from", "default"):
        assert part in caplog.messages[0]


def test_the_environment_is_read_here_only():
    """Variables of ours by this table alone; TensorFlow's are set before it starts."""
    for path in sorted((ROOT / "core").rglob("*.py")):
        text = path.read_text("utf-8")
        if path.name != "settings.py":
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in ("os.environ.get", "os.getenv"):
                    raise AssertionError(f"{path.relative_to(ROOT)} reads the environment itself")
        for name in re.findall(r'settings\.value\("(\w+)"\)', text):
            assert name in SETTINGS


def test_the_readme_has_this_table():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "\n".join(settings.table()) in readme
