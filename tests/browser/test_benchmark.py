"""The benchmarks that need a browser, once and small, in processes of their own: that each measures something."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("call", "counts"), [("{'page': first_page(1)}", [1]), ("strokes(3)", [3, 3, 1])])
def test_what_needs_a_browser_is_measured(call, counts):
    code = f"import json; from tools.benchmark import *; print(json.dumps({call}))"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr[-2000:]
    measured = list(json.loads(ended.stdout.splitlines()[-1]).values())
    assert [len(seconds) for seconds in measured] == counts
    assert all(second > 0 for seconds in measured for second in seconds)
