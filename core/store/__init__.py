"""Persistent storage of runs and drawings in SQLite or PostgreSQL. Knows rows and arrays, not training."""

from core.store.database import StoreError
from core.store.store import (
    LEASE_SECONDS,
    Content,
    Kind,
    Marks,
    RunStore,
    Store,
    Stored,
    TakenOver,
    VisitorStore,
    packed,
    unpacked,
    why_full,
)

__all__ = [
    "LEASE_SECONDS", "Content", "Kind", "Marks", "RunStore", "Store", "StoreError", "Stored", "TakenOver",
    "VisitorStore", "packed", "unpacked", "why_full",
]  # fmt: skip
