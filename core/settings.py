"""Settings of a server: the environment variables that it reads, in one table.

    from core import settings

    settings.value("RECEPTIVE_RUN_MINUTES")  # 120.0, or what the environment says

A value that makes no sense never stops the server: the default holds, and the log says so once. The README's table
is `table()`.
"""

from __future__ import annotations

import logging
import math
import os
from functools import lru_cache
from typing import Any, NamedTuple

LARGEST = 10.0**9


class Setting(NamedTuple):
    """One environment variable.

    Attributes:
        name: of the variable.
        default: what holds where the environment says nothing or nonsense; None where the server decides.
        meaning: what it does, as the README says it.
        minimum: the smallest number that makes sense.
        whole: whether it counts things.
    """

    name: str
    default: float | str | None
    meaning: str
    minimum: float = 0.0
    whole: bool = False

    def read(self, text: str) -> float | str | None:
        """The value that a text stands for: a number, an int where `whole`, or the text itself where the default is one.

        Raises:
            ValueError: where it stands for none; the message says what would work.
        """
        if isinstance(self.default, str):
            return text
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        kind = "a whole number" if self.whole else "a number"
        if not self.minimum <= number <= LARGEST or (self.whole and number != int(number)):
            raise ValueError(f"{self.name} is {text!r}; it must be {kind} from {self.minimum:g} to {LARGEST:g}")
        return int(number) if self.whole else number


_TABLE = (
    Setting(
        "RECEPTIVE_DATA_DIR", "", "where runs are kept, in a SQLite database; by default `.receptive` beside `app.py`"
    ),
    Setting(
        "RECEPTIVE_DATABASE_URL",
        "",
        "a PostgreSQL database instead, for several servers: `postgresql://user:password@host/name`",
    ),
    Setting("RECEPTIVE_RUN_MEMORY_MB", 1000, "a training that would need more is refused before it starts", 1),
    Setting(
        "RECEPTIVE_PATIENCE_SECONDS", 600.0, "a run that nobody has watched for so long is paused and saved", 0.001
    ),
    Setting("RECEPTIVE_RUN_MINUTES", 120.0, "a run that has trained for so long is paused and saved", 0.001),
    Setting("RECEPTIVE_RUNS", None, "how many runs train at a time; by default as many as there are cores", 1, True),
    Setting(
        "RECEPTIVE_RUN_DISK_MB",
        60.0,
        "for one run on disk, of which fewer epochs are kept beyond, or one imported model",
        1e-6,
    ),
    Setting("RECEPTIVE_WORKSPACE_MB", 200.0, "for all runs, drawings and imported models of one visitor", 1e-6),
    Setting("RECEPTIVE_MOST_RUNS", 30, "runs of one visitor", 1, True),
    Setting(
        "RECEPTIVE_STORE_MB", 2000.0, "for all visitors; beyond, those who were away longest are forgotten", 1e-6
    ),
    Setting("RECEPTIVE_EXPIRY_DAYS", 30.0, "after which the runs of a visitor who stays away are deleted", 1e-6),
)
SETTINGS = {setting.name: setting for setting in _TABLE}


def value(name: str) -> Any:
    """The value of a setting as the environment has it now.

    Args:
        name: of a variable in `SETTINGS`.

    Returns:
        A float or int, a str where the default is one, or None where neither environment nor table decide.
    """
    setting = SETTINGS[name]
    text = os.environ.get(name, "").strip()
    if not text:
        return setting.default
    try:
        return setting.read(text)
    except ValueError as problem:
        _warn(f"{problem}. The default holds.")
        return setting.default


@lru_cache(maxsize=100)
def _warn(sentence: str) -> None:
    """Say it once in the log, not with every look."""
    logging.getLogger(__name__).warning(sentence)


def table() -> list[str]:
    """The rows of the README's table."""
    rows = ["| environment variable | default | what it does |", "|---|--:|---|"]
    for setting in _TABLE:
        default = f"{setting.default:g}" if isinstance(setting.default, (int, float)) else ""
        rows.append(f"| `{setting.name}` | {default} | {setting.meaning} |")
    return rows
