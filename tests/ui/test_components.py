"""What runs in the browser stands in files, not in Python's strings."""

import ast
import json
import re
from pathlib import Path

import pytest

from core.ui.components import FOLDER, stylesheet
from core.ui.shell import private
from core.ui.shell.renewal import Renewal

ROOT = Path(__file__).resolve().parents[2]
PYTHON = [*sorted((ROOT / "core").rglob("*.py")), *sorted((ROOT / "pages").glob("*.py")), ROOT / "app.py"]
SCRIPT = re.compile(r"export default|addEventListener|document\.querySelector|=>\s*\{|<script|<style>.+\{", re.S)
RULES = re.compile(r"^\s*[.#\w][^{}\n]*\{[^{}]*:[^{}]*;\s*\}", re.M)  # of a style sheet


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_script_or_style_sheet_is_a_string(path):
    tree = ast.parse(path.read_text("utf-8"))
    strings = [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert not [text[:80] for text in strings if SCRIPT.search(text) or RULES.search(text)]


@pytest.mark.parametrize(
    "text", ["export default function () {}", "<style>\n.a { color: red; }", ".a b { margin: 0; }"]
)
def test_such_a_string_would_be_found(text):
    assert SCRIPT.search(text) or RULES.search(text)


def test_components_are_registered_in_one_place():
    found = [path for path in PYTHON if "v2.component(" in path.read_text("utf-8")]
    assert found == [FOLDER / "__init__.py"]


def test_every_file_belongs_to_something_that_is_used():
    used = "".join(path.read_text("utf-8") for path in PYTHON)
    components = set(re.findall(r'\bcomponent\("(\w+)"\)', used))
    sheets = set(re.findall(r'\bstylesheet\("(\w+)"\)', used))
    assert {path.stem for path in FOLDER.glob("*.js")} == components
    assert {path.stem for path in FOLDER.glob("*.css")} <= components | sheets
    assert {path.stem for path in FOLDER.glob("*.html")} <= components
    assert all(stylesheet(name).startswith("<style>\n") for name in sheets)


def test_what_was_opened_is_told_to_the_browser_by_a_number_that_grows(monkeypatch):
    """What JSON cannot hold would arrive there as one piece of text, in which no script finds anything."""
    told = []
    monkeypatch.setattr(
        private, "component", lambda name: lambda data, key: told.append(json.loads(json.dumps(data)))
    )
    turn = Renewal()
    for _ in range(2):
        turn.renew()
        private.bring_into_view("row/1", "opened/1", turn)
    assert [data["turn"] for data in told] == [1, 2]
