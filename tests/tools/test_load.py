"""The load test's visitors, with a real server; and what it makes of its figures."""

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tools.load import MOST_BYTES, MOST_SECONDS, Measured, percentile, resident_bytes, table
from tools.serving import serving
from tools.visitor import Visitor, key_of


def test_a_visitor_opens_pages_and_changes_the_network(tmp_path):
    async def visit(url):
        async with Visitor(url) as one, Visitor(url, "train") as other:
            assert (one.title, other.title) == ("Build", "Train")
            assert "61,706" in [element.metric.body for element in one.elements]
            (filters,) = (key for key in one.keys("layer/") if key.endswith("/filters"))
            await one.enter(filters, 7)
            assert one.widget(filters).default == 7
            changed = one.metric("Parameters")
            assert changed not in ("", "61,706")
            await one.press("build/undo")
            assert one.metric("Parameters") == "61,706"
            assert await one.open("train") > 0 and one.title == "Train"
            assert not one.keys("build/") and not one.ticking
            assert one.problems == other.problems == []
            with pytest.raises(KeyError):
                await one.press("build/undo")

    with serving({"RECEPTIVE_DATA_DIR": str(tmp_path)}) as server:
        with ThreadPoolExecutor(1) as own:  # the browser tests leave a loop in the main thread
            own.submit(asyncio.run, visit(server.url)).result()
        if sys.platform == "linux":
            assert 3e7 < resident_bytes(server.pid) < MOST_BYTES


def test_keys_are_read_from_the_ids_of_widgets():
    assert key_of("$$ID-0f-layer/0/filters") == "layer/0/filters"
    assert key_of("$$ID-0f-a-b") == "a-b"
    assert key_of("") == ""


def test_percentiles_are_values_that_were_measured():
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert percentile([float(n) for n in range(1, 101)], 95) == 95.0
    assert percentile([5.0], 95) == 5.0


def measured(seconds=0.1, size=1e9, problems=()):
    return Measured({"edit a layer": [0.1] * 9 + [seconds]}, [(0.0, int(size))], [1.0], [2.0], [0.5], list(problems))


def test_a_slow_a_large_or_a_broken_server_fails():
    assert measured().passed
    assert not measured(seconds=MOST_SECONDS).passed
    assert not measured(size=MOST_BYTES).passed
    assert not measured(problems=["Out of luck"]).passed
    assert not replace(measured(), busy=[2.0, 0.0]).passed
    assert "Out of luck" in table(measured(problems=["Out of luck"]))
    assert "| edit a layer | 10 | 100 ms | 2,000 ms | 2,000 ms |" in table(measured(seconds=2.0))


def test_a_process_that_is_gone_holds_no_memory():
    assert resident_bytes(2**22 + os.getpid()) == 0
