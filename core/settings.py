"""Settings of a server: the environment variables that it reads, in one table."""

from __future__ import annotations

import os
from typing import Any

_DEFAULTS: dict[str, float | str] = {
    "RECEPTIVE_DATA_DIR": "",
    "RECEPTIVE_DATABASE_URL": "",
    "RECEPTIVE_RUN_DISK_MB": 60,
    "RECEPTIVE_WORKSPACE_MB": 200,
    "RECEPTIVE_MOST_RUNS": 30,
    "RECEPTIVE_STORE_MB": 2000,
    "RECEPTIVE_EXPIRY_DAYS": 30,
}


def value(name: str) -> Any:
    """The value of a setting; the default where the environment says nothing or nonsense."""
    default, text = _DEFAULTS[name], os.environ.get(name, "").strip()
    if not text or isinstance(default, str):
        return text or default
    try:
        number = float(text)
    except ValueError:
        return default
    return number if 0 < number <= 1e9 else default
