"""The house of the design: arrows between the rooms point down only, and heavy things stay in their room."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ["network", "data", "learn", "store", "training", "insight", "study", "views", "ui"]  # from the cellar up
INNER_ROOMS = ["shell", "widgets", "pages"]  # of ui, from the cellar up
FILES = [*sorted((ROOT / "core").rglob("*.py")), *sorted((ROOT / "pages").glob("*.py")), ROOT / "app.py"]


def imports(path: Path, everywhere: bool = True) -> set[str]:
    """Full names of the modules that a file imports; with `everywhere` off, only at module level."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes = ast.walk(tree) if everywhere else _at_module_level(tree)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _at_module_level(tree: ast.Module):
    """Statements that run on import: not those in functions or under TYPE_CHECKING."""
    for node in tree.body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield from ast.walk(node)


def room(path: Path) -> str | None:
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "core" and len(parts) > 2 else None


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_point_down(path):
    here = ROOMS.index(room(path)) if room(path) else len(ROOMS)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "core" and len(parts) > 1 and parts[1] in ROOMS:
            assert ROOMS.index(parts[1]) <= here, f"{path.name} imports {name}, which lies above it"
        assert parts[0] not in ("pages", "tests", "tools"), f"{path.name} imports {name}"


def test_arrows_inside_the_interface_point_down_and_never_from_page_to_page():
    """The shell knows no widget, a widget no page; what two pages share lies in a widget."""
    seen = set()
    for path in (ROOT / "core" / "ui").rglob("*/*.py"):
        where = path.relative_to(ROOT).with_suffix("").parts[2:]
        for name in imports(path):
            other = name.split(".")[2:]
            if not name.startswith("core.ui.") or other[0] not in INNER_ROOMS:
                continue
            seen.add((where[0], other[0]))
            above = INNER_ROOMS.index(other[0]) > INNER_ROOMS.index(where[0])
            assert not above, f"{path.name} imports {name}, which lies above it"
            if other[0] == "pages":
                assert other[1] == where[1], f"the page {where[1]} imports {name}, of another page"
    assert seen >= {("pages", "widgets"), ("widgets", "shell")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_streamlit_stays_in_ui_and_pages(path):
    names = {name.split(".")[0] for name in imports(path)}
    if (room(path) != "ui" and room(path) is not None) or path.parent.name == "core":
        assert not names & {"streamlit", "streamlit_drawable_canvas"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_network_is_pure_python(path):
    if room(path) == "network" and path.name != "script_classes.py":  # text for the others, code for a training
        assert "core.network.script_classes" not in imports(path)
        outside = {name.split(".")[0] for name in imports(path)} - {"core", "__future__"}
        assert outside <= sys.stdlib_module_names


def test_what_is_kerass_own_is_used_in_one_module():
    """It may change with any version of Keras; `core/training/keras_private.py` says with which it was checked."""
    own = {"clear_session", "_backend_apply_gradients", "_get_variable_index", "_momentums", "_velocities"}
    users = {
        path.name
        for path in FILES
        if any(name.startswith("keras.src") for name in imports(path))
        or any(getattr(node, "attr", "") in own for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    }
    assert users == {"keras_private.py"}


def test_pages_end_early_without_ending_what_all_pages_owe():
    """After `st.stop()` neither the visitor's draft nor their cookie would be kept."""
    for path in FILES:
        assert "st.stop(" not in path.read_text("utf-8").replace("`st.stop()`", ""), f"{path.name}: use end_page()"


def test_pages_lead_to_each_other_by_the_registry_only():
    """Streamlit raises where a link leads to a page that a lesson has left out; the registry asks first."""
    for path in FILES:
        if path.relative_to(ROOT) != Path("core/ui/shell/pages.py"):
            used = {
                node.attr for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)
            }
            assert not used & {"switch_page", "page_link", "Page"}, f"{path.name} leads to a page by itself"


def test_pages_are_short_and_hold_no_arithmetic():
    for path in (ROOT / "pages").glob("*.py"):
        text = path.read_text("utf-8")
        assert len(text.splitlines()) <= 120, path.name
        assert not {"numpy", "tensorflow", "keras", "altair"} & {name.split(".")[0] for name in imports(path)}


def test_what_the_first_page_imports_imports_neither_tensorflow_nor_optuna():
    """In a fresh process, because this one has it already."""
    modules = sorted(
        name
        for path in (ROOT / "app.py", ROOT / "pages" / "build.py", ROOT / "pages" / "train.py")
        for name in imports(path, everywhere=False)
        if name.split(".")[0] == "core"
    )
    code = "import importlib, sys\n"
    for name in modules:
        code += f"try: importlib.import_module({name!r})\nexcept ModuleNotFoundError: pass\n"
    code += "print([name for name in ('tensorflow', 'keras', 'optuna') if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip().endswith("[]")
