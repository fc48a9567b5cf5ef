"""What runs in the browser stands in files, not in Python's strings."""

import ast
import json
import re
from pathlib import Path

import pytest

from core.ui.components import FOLDER, bundled, modules, source, stylesheet
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
    scripts = {path.stem: path for path in FOLDER.rglob("*.js")}
    assert set(scripts) == {one.stem for name in components for one in modules(scripts[name])}
    assert {path.stem for path in FOLDER.rglob("*.css")} <= components | sheets
    assert {path.stem for path in FOLDER.rglob("*.html")} <= components
    assert all(stylesheet(name).startswith("<style>\n") for name in sheets)


def test_a_script_has_all_that_it_imports_before_it_and_each_once(tmp_path):
    (tmp_path / "low.js").write_text("export const LOW = 1;\n")
    (tmp_path / "middle.js").write_text(
        'import { LOW } from "./low.js";\nexport function twice() { return 2 * LOW; }\n'
    )
    (tmp_path / "top").mkdir()
    entry = tmp_path / "top" / "top.js"
    entry.write_text(
        'import { LOW } from "../low.js";\nimport { twice } from "../middle.js";\n'
        "export default function () { return LOW + twice(); }\n"
    )
    assert bundled(entry).split("\n") == [
        *("const LOW = 1;", "", "function twice() { return 2 * LOW; }", ""),
        *("export default function () { return LOW + twice(); }", ""),
    ]


def test_modules_that_meet_in_a_component_have_no_name_in_common():
    """They become one text; two of a name would be a syntax error in the browser."""
    names = re.compile(r"^(?:export )?(?:async )?(?:const|let|function|class) (\w+)", re.MULTILINE)
    for path in FOLDER.rglob("*.js"):
        found = names.findall(bundled(path))
        assert len(found) == len(set(found)), path.name
        assert "import {" not in bundled(path)
    assert source("maps").html and source("fold").html is None


def test_what_changes_several_times_a_second_brings_no_script():
    assert len(source("stage").js) < 2000 < 20_000 < len(source("stage_script").js)


def test_what_was_opened_is_told_to_the_browser_by_a_number_that_grows(monkeypatch):
    """What JSON cannot hold would arrive there as one piece of text, in which no script finds anything."""
    told = []
    monkeypatch.setattr(
        private, "component", lambda name: lambda data, key: told.append(json.loads(json.dumps(data)))
    )
    turn = Renewal()
    for _ in range(2):
        turn.renew()
        private.bring_into_view(turn, "opened/1", focus="row/1", drawn="explained")
    assert [data["turn"] for data in told] == [1, 2]
    assert told[0]["opened"] == ["st-key-opened-1", "explained"] and told[0]["focus"] == "st-key-row-1"
