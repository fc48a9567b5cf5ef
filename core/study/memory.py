"""Results that are kept by their key, so that what one visitor has computed is there for the next."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_memories: weakref.WeakSet[Memory[Any]] = weakref.WeakSet()


class Memory(Generic[T]):
    """Results by key; of more than so many, those that were asked for least recently are forgotten.

    Safe from any thread. A key names all that a result depends on, weights by their fingerprint, so nothing in here
    is ever out of date.

    Args:
        most: how many results are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._changing = threading.Lock()
        _memories.add(self)

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> T | None:
        """The result with this key, or None."""
        with self._changing:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, result: T) -> None:
        """Keep a result."""
        with self._changing:
            self._kept[key] = result
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget all of them."""
        with self._changing:
            self._kept.clear()


def forget_all() -> None:
    """Forget all results of all memories, for measurements and tests."""
    for memory in list(_memories):
        memory.clear()
