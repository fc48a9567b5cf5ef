"""No text of a stranger reaches Streamlit's Markdown as it is: each goes through `plain`, which makes it mean nothing."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = [*sorted((ROOT / "core" / "ui").rglob("*.py")), *sorted((ROOT / "pages").glob("*.py")), ROOT / "app.py"]
READS_MARKDOWN = set(
    [
        "badge",
        "button",
        "caption",
        "checkbox",
        "download_button",
        "error",
        "exception",
        "expander",
        "file_uploader",
        "header",
        "info",
        "link_button",
        "markdown",
        "metric",
        "multiselect",
        "number_input",
        "page_link",
        "pills",
        "popover",
        "progress",
        "radio",
        "segmented_control",
        "selectbox",
        "slider",
        "spinner",
        "status",
        "subheader",
        "success",
        "text_area",
        "text_input",
        "title",
        "toast",
        "toggle",
        "warning",
        "write",
    ]
)
# What attributes and variables are called that hold what people, their files or an error have to say.
OF_STRANGERS = set(
    [
        "class_names",
        "full",
        "link_problem",
        "message",
        "name",
        "names",
        "notice",
        "problem",
        "remark",
        "sentence",
        "title",
        "titles",
    ]
)
PASS_ON = set(
    [
        "capitalize",
        "enumerate",
        "format",
        "items",
        "join",
        "listed",
        "list",
        "partition",
        "replace",
        "sorted",
        "strip",
        "values",
        "zip",
    ]
)


def bare(expression: ast.AST, assigned: dict[str, list[ast.AST]], seen: frozenset[str] = frozenset()) -> set[str]:
    """What a stranger may have written and nothing has made plain, in an expression and in what its variables hold."""
    found: set[str] = set()
    if isinstance(expression, ast.Call):
        called = _called(expression)
        if called == "str":
            return {ast.unparse(expression)}
        if called in PASS_ON:  # other functions say something of their own
            for argument in [*expression.args, getattr(expression.func, "value", ast.Constant(0))]:
                found |= bare(argument, assigned, seen)
        return found
    if ast.unparse(expression).split(".")[0].split("[")[0].isupper():  # a constant of ours
        return found
    if isinstance(expression, ast.Attribute) and expression.attr in OF_STRANGERS:
        return {ast.unparse(expression)}
    if isinstance(expression, (ast.Compare, ast.Lambda)):
        return found
    if isinstance(expression, (ast.ListComp, ast.GeneratorExp)):  # its variables know where they are from
        return bare(expression.elt, assigned, seen)
    if isinstance(expression, ast.IfExp):  # what is asked is not shown
        return bare(expression.body, assigned, seen) | bare(expression.orelse, assigned, seen)
    if isinstance(expression, ast.Name) and expression.id not in seen:
        values = assigned.get(expression.id, [])
        for value in values:
            found |= bare(value, assigned, seen | {expression.id})
        unknown = all(isinstance(value, ast.Call) and _called(value) not in {*PASS_ON, "plain"} for value in values)
        if unknown and expression.id in OF_STRANGERS:
            found.add(expression.id)
    for child in ast.iter_child_nodes(expression):
        found |= bare(child, assigned, seen)
    return found


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def assignments(function: ast.AST) -> dict[str, list[ast.AST]]:
    """Variable → all that it is given in this function."""
    found: dict[str, list[ast.AST]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign)) and isinstance(node.target, ast.Name) and node.value:
            found.setdefault(node.target.id, []).append(node.value)
        elif isinstance(node, (ast.For, ast.comprehension)):
            counted = isinstance(node.iter, ast.Call) and getattr(node.iter.func, "id", "") == "enumerate"
            targets = node.target.elts[1] if counted and isinstance(node.target, ast.Tuple) else node.target
            for target in ast.walk(targets):
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.iter)
    return found


def shown_bare(text: str) -> list[str]:
    """Each place in a module where Streamlit is given a stranger's text as Markdown: line and text."""
    found: set[str] = set()
    for function in ast.walk(ast.parse(text)):
        if not isinstance(function, (ast.FunctionDef, ast.Module)):
            continue
        assigned = assignments(function) if isinstance(function, ast.FunctionDef) else {}
        for call in (
            ast.walk(function) if isinstance(function, ast.FunctionDef) else ast.walk(_without_functions(function))
        ):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            if call.func.attr not in READS_MARKDOWN or ast.unparse(call.func.value) != "st":
                continue
            texts = call.args[:1] + [
                word.value for word in call.keywords if word.arg in ("help", "text", "label", "title")
            ]
            if call.func.attr in ("pills", "segmented_control", "radio"):  # their options are Markdown, too
                texts += [word.value for word in call.keywords if word.arg == "format_func"]
            for one in texts:
                how = one.body if isinstance(one, ast.Lambda) else one
                found |= {f"{call.lineno}: {words}" for words in bare(how, assigned)}
    return sorted(found)


def _without_functions(module: ast.Module) -> ast.Module:
    kept = [node for node in module.body if not isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    return ast.Module(kept, [])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_strangers_wrote_is_made_plain_before_it_is_shown(path):
    assert not shown_bare(path.read_text("utf-8"))


@pytest.mark.parametrize(
    "line",
    [
        "st.error(str(problem))",
        "st.warning(mine.workspace.problem)",
        'st.markdown(f"**{run.name}**")',
        'st.button("x", help=f"Keep it as {name}")',
        'words = "a" + run.name; st.caption(words)',
        'st.pills("Network", names, format_func=lambda key: titles[key])',
        'st.pills("Network", names, format_func=titles.__getitem__)',
    ],
)
def test_the_search_finds_what_it_is_for(line):
    assert shown_bare(f"def page(mine, run, name, names):\n    {line}\n")
    mended = line.replace("str(problem)", "plain(str(problem))").replace("mine.workspace.problem", "plain(problem)")
    mended = mended.replace("run.name", "plain(run.name)").replace("{name}", "{plain(name)}")
    mended = mended.replace("titles[key]", "plain(titles[key])").replace(
        "titles.__getitem__", "lambda key: plain(titles[key])"
    )
    assert not shown_bare(f"def page(mine, run, name, names):\n    {mended}\n")
