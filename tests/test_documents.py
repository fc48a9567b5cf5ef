"""What the documents say of the code, where a test can check it."""

import importlib
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/architecture.md",
    "docs/glossary.md",
    "docs/measured.md",
)
TEXTS = {name: (ROOT / name).read_text("utf-8") for name in DOCUMENTS}
# Words of our own for which the field has one.
PRIVATE = ("judgement", "judged", "put_aside", "Wishes", "Silent", "read_note", "keep_desk", "mend", "Mend")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_files_that_exist(name):
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", TEXTS[name])
    for link in links:
        assert ((ROOT / name).parent / link).exists(), f"{name} leads to {link}"
    assert links or name in ("docs/glossary.md", "docs/measured.md", "CHANGELOG.md")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_and_modules_they_name_exist(name):
    for path in re.findall(r"`((?:core|pages|docs|tests|tools|assets)/[\w./]*)`", TEXTS[name]):
        assert (ROOT / path).exists(), f"{name} names {path}"
    for dotted in re.findall(r"`(core(?:\.\w+)+)(?:\(\))?`", TEXTS[name]):
        assert found(dotted), f"{name} names {dotted}"


def found(dotted: str) -> bool:
    """A module, or what one has."""
    try:
        importlib.import_module(dotted)
    except ModuleNotFoundError:
        module, _, attribute = dotted.rpartition(".")
        return bool(module) and hasattr(importlib.import_module(module), attribute)
    return True


def test_make_commands_they_name_exist():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    for name, text in TEXTS.items():
        for target in re.findall(r"`make ([\w-]+)", text):
            assert target in targets, f"{name} names make {target}"


def test_every_room_is_in_the_architecture():
    text = TEXTS["docs/architecture.md"]
    for folder in (ROOT / "core").iterdir():
        if (folder / "__init__.py").is_file():
            assert re.search(rf"\b{folder.name}/", text), folder.name
    for state in ("QUEUED", "STARTING", "TRAINING", "EVALUATING", "PAUSED", "FINISHED", "STOPPED", "FAILED"):
        assert state in text
    from core.training import State

    assert set(re.findall(r"\b[A-Z]{6,}\b", text)) & {state.name for state in State} == {
        state.name for state in State
    }


def glossary() -> dict[str, str]:
    head, *rows = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", TEXTS["docs/glossary.md"], re.M)
    assert head == ("term", "meaning")
    return dict(rows)


def test_the_glossary_is_sorted_and_each_meaning_is_a_sentence():
    terms = glossary()
    assert len(terms) > 40 and list(terms) == sorted(terms, key=str.lower)
    for term, meaning in terms.items():
        assert meaning[0].isupper() and meaning.endswith(".") and len(meaning) < 160, term


def test_terms_of_the_glossary_are_the_words_of_the_code():
    """Each can be found by a search: in a name, a docstring or a text of the page."""
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "core").rglob("*.py")).lower()
    for term in map(str.lower, glossary()):
        forms = {term, term.replace(" ", "_"), term.replace(" ", ""), term.replace("-", ""), term.rstrip("s")}
        assert any(form in code for form in forms), f"nothing in core says “{term}”"


def test_words_of_our_own_are_gone():
    """From names, texts and comments alike."""
    for path in (*(ROOT / "core").rglob("*.py"), *(ROOT / "pages").glob("*.py")):
        words = set(re.findall(r"\w+", path.read_text("utf-8")))
        assert not words & set(PRIVATE), path.name


def test_ways_to_contribute_name_what_a_change_touches():
    """Each list begins its lines with a file or folder that is there."""
    ways = re.findall(r"^## Add (.+?)\n(.+?)(?=^## |\Z)", TEXTS["CONTRIBUTING.md"], re.M | re.S)
    assert len(ways) >= 5
    for way, text in ways:
        steps = re.findall(r"^\d+\. `([^`]+)` — ", text, re.M)
        assert steps, way
        for step in steps:
            assert (ROOT / step).exists(), f"{way}: {step}"


def test_the_speeds_of_the_readme_are_those_that_were_measured():
    row = re.compile(r"^\| (?:LeNet-5, )?(batch \d+) \| ([\d,]+) \| ([\d,]+) \|", re.M)
    short = {batch: (ours, fit) for batch, ours, fit in row.findall(TEXTS["README.md"])}
    long = {batch: (ours, fit) for batch, ours, fit in row.findall(TEXTS["docs/measured.md"])}
    assert short and all(long[batch] == speeds for batch, speeds in short.items())


def test_nothing_that_a_successor_needs_lies_outside_the_repository():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    for name in tracked:
        if name.endswith((".py", ".md", ".toml", ".js", ".css")) and name != "tests/test_documents.py":
            assert "../shared" not in (ROOT / name).read_text("utf-8"), name
