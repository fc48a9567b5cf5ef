"""A button acts by a callback: what is pressed is done before the page is drawn, whatever the script does until there."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = [*sorted((ROOT / "core" / "ui").rglob("*.py")), *sorted((ROOT / "pages").glob("*.py")), ROOT / "app.py"]
BUTTONS = {"button", "form_submit_button", "download_button"}


def asked(text: str) -> list[int]:
    """The lines in which a script asks whether a button is pressed."""
    tree = ast.parse(text)
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in BUTTONS
        and id(node) not in bare
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_script_asks_whether_a_button_is_pressed(path):
    assert not asked(path.read_text("utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        'if st.button("Go"):\n    go()',
        'if free and st.button("Go", key="go"):\n    go()',
        'pressed = slot.button("Go")',
        'if (pressed := st.form_submit_button("Go")):\n    go()',
        'while not st.button("Go"): ...',
    ],
)
def test_such_a_script_would_be_found(text):
    assert asked(text) == [1]


def test_a_button_with_a_callback_is_none():
    assert not asked('with st.container():\n    st.button("Go", on_click=go)')
