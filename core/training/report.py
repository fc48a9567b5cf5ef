"""The report of a failure that nobody foresaw: text that a visitor can read and send. It names no place of a disk."""

from __future__ import annotations

import platform
import re
import traceback
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from core.network import Network
from core.network.recipe import Recipe
from core.network.sharing import to_json

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("tensorflow", "keras", "numpy", "streamlit")
MOST_FRAMES = 12  # the last ones: where it happened
MOST_CHARACTERS = 1500  # of the error's own words
_PATH = re.compile(r"(?:[A-Za-z]:)?(?:[/\\][\w.@+~ -]+)+[/\\]([\w.@+~-]+)")


def failure_report(problem: BaseException, network: Network, recipe: Recipe, dataset: str) -> str:
    """What happened, where in the code, with which versions, and the network and recipe as JSON."""
    frames = traceback.extract_tb(problem.__traceback__)[-MOST_FRAMES:]
    return "\n".join(
        [
            f"{type(problem).__name__}: {without_paths(str(problem))[:MOST_CHARACTERS]}",
            "",
            *(f"{_place(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames),
            "",
            f"Receptive {revision()}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
            ", ".join(f"{name} {_version(name)}" for name in PACKAGES),
            "",
            to_json(network, recipe, dataset),
        ]
    )


def without_paths(text: str) -> str:
    """The text with names of files instead of their paths."""
    return _PATH.sub(r"\1", text)


def revision() -> str:
    """The commit that runs, as 12 hexadecimal digits; `of an unknown revision` where the folder does not tell."""
    try:
        git = ROOT / ".git"
        if git.is_file():
            git = Path(git.read_text().removeprefix("gitdir:").strip())
        head = (git / "HEAD").read_text().strip()
        if head.startswith("ref:"):
            common = git / (git / "commondir").read_text().strip() if (git / "commondir").exists() else git
            head = _reference(common, head.removeprefix("ref:").strip())
        return head[:12] or "of an unknown revision"
    except OSError:
        return "of an unknown revision"


def _reference(git: Path, name: str) -> str:
    if (git / name).exists():
        return (git / name).read_text().strip()
    lines = (git / "packed-refs").read_text().splitlines()
    return next((line.split()[0] for line in lines if line.endswith(f" {name}")), "")


def _place(filename: str) -> str:
    """`core/training/loop.py`, `keras/src/layers/layer.py`."""
    path = Path(filename)
    if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
        return path.relative_to(ROOT).as_posix()
    after = path.parts[path.parts.index("site-packages") + 1 :] if "site-packages" in path.parts else path.parts[-1:]
    return "/".join(after)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
