"""Faults made on purpose: which there are, and that tests notice them."""

import subprocess
import sys
from collections import Counter

import pytest

from tools.mutants import ROOT, Mutant, mutants, noticed, sample, table, tried

SOURCE = """from functools import lru_cache

@lru_cache(maxsize=3)
def least(a: "int | None", b: int) -> "int | None":
    found: "float | None" = a
    return a if a < b else b + 1
"""


def test_faults_are_made_where_something_is_computed_and_nowhere_else():
    lines = Counter(mutant.line for mutant in mutants("core/network/least.py", SOURCE))
    assert set(lines) == {6}
    codes = [mutant.code(SOURCE) for mutant in mutants("core/network/least.py", SOURCE)]
    assert len(set(codes)) == len(codes) and SOURCE not in codes
    assert any("a > b" in code for code in codes) and any("b - 1" in code for code in codes)
    with pytest.raises(ValueError, match="has no place"):
        Mutant("core/network/least.py", "core/NumberReplacer", 99, 6).code(SOURCE)


@pytest.fixture
def tree(tmp_path):
    """A tree with two rooms of a module each."""
    for room in ("data", "network"):
        module = tmp_path / "core" / room / "least.py"
        module.parent.mkdir(parents=True)
        module.write_text(SOURCE + "".join(f"A{number} = {number} < 7\n" for number in range(40)))
    return tmp_path


def test_a_sample_has_as_many_of_each_room_and_is_the_same_by_the_same_seed(tree):
    drawn = sample(("data", "network"), 10, 5, tree)
    assert Counter(mutant.room for mutant in drawn) == {"data": 5, "network": 5}
    assert len({(mutant.module, mutant.line) for mutant in drawn}) == 10
    assert drawn == sample(("data", "network"), 10, 5, tree) != sample(("data", "network"), 10, 6, tree)
    assert len(sample(("data",), 1000, 5, tree)) == 41  # one a line that computes something


@pytest.mark.parametrize("test, seen", [("assert least(1, 2) == 1", True), ("assert True", False)])
def test_a_fault_is_noticed_when_a_test_of_its_room_fails(tmp_path, test, seen):
    module, tests = tmp_path / "core/network/least.py", tmp_path / "tests/network"
    for folder in (module.parent, tests):
        folder.mkdir(parents=True)
    module.write_text(SOURCE)
    (tests / "test_least.py").write_text(f"from core.network.least import least\n\ndef test_it():\n    {test}\n")
    (fault,) = (one for one in mutants("core/network/least.py", SOURCE) if "a > b" in one.code(SOURCE))
    assert noticed(fault, tmp_path) is seen
    assert module.read_text() == SOURCE


@pytest.mark.parametrize("sound", [True, False])
def test_faults_are_tried_only_where_the_tests_pass_without_them(tree, sound):
    tests = tree / "tests" / "network"
    tests.mkdir(parents=True)
    (tests / "test_least.py").write_text(f"def test_it():\n    assert {sound}\n")
    for command in (["init", "--quiet"], ["add", "."]):
        subprocess.run(["git", *command], cwd=tree, check=True)
    chosen = sample(("network",), 1, 1, tree)
    if sound:
        assert tried(chosen, 100, 1, tree) == {chosen[0]: False}
    else:
        with pytest.raises(RuntimeError, match="Without any fault, tests fail in: network"):
            tried(chosen, 100, 1, tree)


def test_what_nobody_noticed_is_shown_as_a_difference(tree):
    chosen = sample(("network",), 2, 1, tree)
    text = table({chosen[0]: True, chosen[1]: False}, tree)
    assert "| network | 2 | 1 | 50% |" in text and "| all | 2 | 1 | 50% |" in text
    assert f"--- {chosen[1].module}" in text and text.count("--- ") == 1


def test_a_room_that_there_is_not_is_refused():
    command = [sys.executable, "-m", "tools.mutants", "--rooms", "ui"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 2 and "There is no room ui" in ended.stderr
