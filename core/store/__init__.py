"""Persistent storage of runs and drawings in SQLite or PostgreSQL. Knows rows and arrays, not training."""

from core.store.database import StoreError
from core.store.store import LEASE_SECONDS, RunStore, Store, Stored, TakenOver, VisitorStore, why_full

__all__ = ["LEASE_SECONDS", "RunStore", "Store", "StoreError", "Stored", "TakenOver", "VisitorStore", "why_full"]
