"""The load test's visitors, with a real server; and what it makes of its figures."""

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from core.training import Recipe, why_unfit
from tools.load import HEAVY_RECIPE, MOST_BYTES, MOST_SECONDS, Measured, largest, percentile, resident_bytes, table
from tools.serving import serving
from tools.soak import MOST_GROWTH, MOST_LATE_GROWTH, Soaked, soak
from tools.soak import table as soak_table
from tools.visitor import Visitor, key_of


def test_a_visitor_opens_pages_and_changes_the_network(tmp_path):
    async def visit(url):
        async with Visitor(url, "build") as one, Visitor(url, "train") as other:
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
    return Measured(
        {"edit a layer": [0.1] * 9 + [seconds]}, [(0.0, int(size))], [1.0], [2.0], [0.5], problems=list(problems)
    )


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


def test_beside_the_largest_network_the_slowest_click_decides():
    slow = replace(measured(seconds=2.0), heavy=True)
    slow.seconds["edit a layer"] += [0.1] * 90
    assert not slow.passed and replace(slow, heavy=False).passed
    assert not replace(measured(), heavy=True, busy=[0.0, 0.0]).passed
    assert replace(measured(), heavy=True, busy=[2.0, 0.0]).passed  # one waits


def test_the_largest_network_is_allowed_and_hardly_a_larger_one_is():
    network = largest()
    wider = replace(
        network,
        layers=(
            *network.layers[:3],
            replace(network.layers[3], units=network.layers[3].units + 1),
            network.layers[4],
        ),
    )
    assert why_unfit(network, (28, 28, 1), 10, HEAVY_RECIPE) is None
    assert "GB" in why_unfit(wider, (28, 28, 1), 10, HEAVY_RECIPE)
    assert HEAVY_RECIPE.batch_size == 1024 and Recipe().batch_size < 1024


def soaked(sizes, before=0, after=0, problems=()):
    return Soaked(before, after, [(float(n), int(size)) for n, size in enumerate(sizes)], [0.1], list(problems))


def test_memory_that_goes_on_growing_is_a_leak_and_a_full_cache_is_none():
    late = MOST_LATE_GROWTH
    assert soaked([late] * 100, 0, late).passed
    assert not soaked([late * n / 50 for n in range(100)], 0, 2 * late).passed
    assert not soaked([MOST_GROWTH] * 100, 0, MOST_GROWTH).passed
    assert not soaked([0] * 100, problems=["Out of luck"]).passed
    found = soaked([1e9] * 50 + [2e9] * 50, int(5e8), int(1.5e9))
    assert "| memory before, at the peak, after | 0.50, 2.00, 1.50 GB |" in soak_table(found)
    assert "1.00, 1.00, 1.00, 2.00, 2.00, 2.00 GB" in soak_table(found)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_visitors_come_train_and_go(tmp_path, monkeypatch):
    for name, seconds in (
        ("FORGOTTEN_SECONDS", 1),
        ("GARBAGE_SECONDS", 0.5),
        ("DELAY_SECONDS", 0.5),
        ("EVERY_SECONDS", 0.2),
    ):
        monkeypatch.setattr(f"tools.soak.{name}", seconds)
    with serving({"RECEPTIVE_DATA_DIR": str(tmp_path)}) as server, ThreadPoolExecutor(1) as own:
        found = own.submit(asyncio.run, soak(server, 3, 6.0, 2, 1.0)).result()
    assert found.problems == [] and len(found.seconds) >= 3 and found.before > 3e7
    assert (tmp_path / "receptive.db").exists()
