"""Find a Chromium for the browser tests, or install one: `python -m tools.chromium`.

Looked for in this order: the environment variable CHROMIUM, the usual program
names and places, Playwright's own. Where there is none, Debian's package manager
is asked for one, or Playwright.

A headless shell goes first: a whole Chromium draws its own tabs and bars for each
page even where nobody sees them, which makes the browser tests a third longer.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
# Headless and offline: the browser itself must not go looking for the network.
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def find() -> str | None:
    """Path of a Chromium that is there, or None."""
    named = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES)]
    for candidate in [*named, *PLACES, _playwrights_own()]:
        if candidate and Path(candidate).exists():
            return candidate
    return None


def _playwrights_own() -> str | None:
    try:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            return playwright.chromium.executable_path
    except Exception:  # not installed, or not for this system: then there is none
        return None


def _install() -> None:
    """Try the ways there are, the one that needs no rights first unless we have them anyway."""
    ways = [[sys.executable, "-m", "playwright", "install", "chromium", "--with-deps"]]
    apt = shutil.which("apt-get")
    if apt and hasattr(os, "geteuid") and os.geteuid() == 0:
        subprocess.run([apt, "update", "-qq"], check=False)
        install = [apt, "install", "-y", "-qq", "--no-install-recommends"]
        ways = [[*install, "chromium-headless-shell"], [*install, "chromium"], *ways]
    for way in ways:
        print("No Chromium was found; trying:", " ".join(way), flush=True)
        if subprocess.run(way, check=False).returncode == 0 and find():
            return


def main() -> int:
    """Print where Chromium is, after installing it if need be; 1 if that failed."""
    if not find():
        _install()
    found = find()
    print(found or "There is no Chromium. Install one, or set CHROMIUM to its path; the browser tests need it.")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
