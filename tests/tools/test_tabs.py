"""Ten tabs of one visitor, all busy at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from tools.serving import serving
from tools.tabs import Seen, seen_by, tabs
from tools.visitor import Visitor


def test_ten_tabs_of_one_visitor_lose_nothing_and_see_the_same(tmp_path):
    with ThreadPoolExecutor(1) as own:  # the browser tests leave a loop in the main thread
        assert own.submit(tabs, tmp_path / "data", 6.0).result() == []


def test_what_a_tab_sees_is_its_own_visitors(tmp_path):
    async def look(url):
        async with Visitor(url) as one, Visitor(url, "train") as other:
            await other.press("train/start")
            return await seen_by(one), await seen_by(other)

    with serving({"RECEPTIVE_DATA_DIR": str(tmp_path)}) as server, ThreadPoolExecutor(1) as own:
        nothing, something = own.submit(asyncio.run, look(server.url)).result()
    assert nothing == Seen(0, "", 0)
    assert something.runs == 1 and something.table != ""
