"""A real server and a real Chromium."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tools.chromium import ARGUMENTS, find

expect.set_options(timeout=30_000)

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def serving(log: Path, base: str = ""):
    """The app, started as a person would; gives its address. Its log must hold no traceback.

    Args:
        log: where the server writes.
        base: the path below which the app is, if it is not at the root.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.headless", "true", "--server.address", "127.0.0.1", "--server.baseUrlPath", base]
    with log.open("w") as sink:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=sink, stderr=sink, env=os.environ | {"PYTHONUNBUFFERED": "1"}
        )
    url = f"http://127.0.0.1:{port}{f'/{base}' if base else ''}"
    try:
        _until_healthy(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(20)
    assert "Traceback" not in log.read_text(), log.read_text()[-3000:]


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> str:
    """One server for all tests, as on a real day."""
    with serving(tmp_path_factory.mktemp("server") / "log.txt") as url:
        yield url


@pytest.fixture
def own_server(tmp_path) -> str:
    """A server that nobody has visited yet."""
    with serving(tmp_path / "log.txt") as url:
        yield url


def _until_healthy(url: str, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"The server did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def chromium() -> Browser:
    found = find()
    assert found, "There is no Chromium: run `python -m tools.chromium`."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, server) -> Page:
    """A visitor on Build."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"{server}/build")
    yield page
    assert not page.locator("[data-testid=stException]").count()
    context.close()
