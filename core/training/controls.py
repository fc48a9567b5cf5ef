"""What is asked of a training from other threads, and when its own thread may end. No TensorFlow: pages hold these.

A run has a thread (`begin` says when it needs one) that does what was wished last:

    wish    set by                                  the thread
    GO      resume, one batch, one epoch, more      trains; the last epoch ends it
    REST    pause, rewind; where `until` is reached rests in memory, and goes on from there
    END     stop                                    ends after the current call

A pause does not call off a stop; every other wish calls off the one before. Requests (rewind, more epochs, another
rate) are carried out in between, each once. A thread that rests for good (put aside, nobody watches, its minutes are
used) decides so by `may_leave`, and one that has ended by `finish`: both look at the wishes under the lock that
wishes are made under. So nothing that is asked while a thread ends is lost, and nobody waits for it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import Enum


class Wish(Enum):
    """What a run is to do."""

    GO = "go"
    REST = "rest"
    END = "end"


class Ending(Enum):
    """How a thread has come to its end."""

    OVER = "over"  # the last epoch is done, or it failed
    STOPPED = "stopped"  # as it was wished
    LEFT = "left"  # it is saved and rests


@dataclass
class Requests:
    """Pending requests to a loop; each is carried out once, in this order."""

    rewind: bool = False
    more: int = 0  # epochs, from where it is
    learning_rate: float | None = None


class Controls:
    """Requests to a loop and the run around it. Safe from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._requests = Requests()
        self._wish = Wish.GO
        self._reason = ""
        self._until: tuple[str, int | None] | None = None
        self._aside = False
        self._working = False  # has a thread
        self._busy = False  # the thread carries out requests, and has not come to rest since

    # From outside

    def stop(self, reason: str) -> bool:
        """End after the current call, for a reason that is shown; only the first is. False without a thread."""
        with self._changed:
            if self._wish is not Wish.END:
                self._wish, self._reason = Wish.END, reason
            self._changed.notify_all()
            return self._working

    def pause(self) -> None:
        """Pause after the current call, until resumed."""
        with self._changed:
            if self._wish is not Wish.END:
                self._rest()

    def resume(self, until: str = "") -> None:
        """Go on.

        Args:
            until: rest again after one more `step`, or after the evaluation that ends the current `epoch`.
        """
        with self._changed:
            self._wish, self._aside = Wish.GO, False
            self._until = (until, None) if until else None
            self._changed.notify_all()

    def rewind(self) -> None:
        """Go back to the start and rest there; what was asked before is forgotten."""
        with self._changed:
            self._requests = Requests(rewind=True)
            self._aside = False
            self._rest()

    def more(self, epochs: int) -> None:
        """Go on for so many epochs from where it is."""
        with self._changed:
            self._requests.more = epochs
            self.resume()

    def set_learning_rate(self, rate: float) -> None:
        """Learn at this rate from the next step on."""
        with self._changed:
            self._requests.learning_rate = rate
            self._changed.notify_all()

    def suspend(self) -> None:
        """Save, rest, and end the thread, if there is one; whatever is asked next calls it off."""
        with self._changed:
            self._aside = self._working
            self._changed.notify_all()

    def begin(self) -> bool:
        """True where a thread has to be started, which ends by `finish`."""
        with self._changed:
            needed, self._working = not self._working, True
            return needed

    def _rest(self) -> None:
        self._wish, self._until = Wish.REST, None
        self._changed.notify_all()

    # From the run's thread

    def taken(self) -> Requests | None:
        """The requests since the last call, for the loop to carry out; None if there are none."""
        with self._changed:
            if self._requests == Requests():
                return None
            requests, self._requests, self._busy = self._requests, Requests(), True
            return requests

    def aim(self, step: int, evaluated_epoch: float) -> None:
        """Find out where to rest, where that was asked for without saying from where on."""
        with self._changed:
            if self._until is not None and self._until[1] is None:
                kind = self._until[0]
                self._until = (kind, step + 1 if kind == "step" else int(max(evaluated_epoch, 0)) + 1)

    def rest_when_there(self, step: int, evaluated_epoch: float) -> None:
        """Rest where `until` has been reached."""
        with self._changed:
            kind, where = self._until or ("", None)
            if where is not None and (step if kind == "step" else evaluated_epoch) >= where:
                self._rest()

    def wait(self, seconds: float) -> None:
        """Rest until something is asked, at most so long; returns at once where something was."""
        with self._changed:
            self._busy = False
            if self._wish is Wish.REST and not self._aside and self._requests == Requests():
                self._changed.wait(seconds)

    def may_leave(self, otherwise: bool = False) -> bool:
        """True where the thread ends now, to rest: it was put aside, or it has another reason, and no stop waits."""
        with self._changed:
            leaves = (self._aside or otherwise) and self._wish is not Wish.END
            if leaves:
                self._aside = False
                self._rest()
            return leaves

    def finish(self, ending: Ending) -> tuple[bool, str]:
        """The thread is at its end, and all that it holds has been released.

        Returns:
            Whether something was asked meanwhile for which it starts over, and otherwise, of one that has left, the
            reason for which it was stopped meanwhile, if it was.
        """
        with self._changed:
            if self.asked or (self._wish is Wish.GO and ending is not Ending.OVER):
                return True, ""
            stopped = self._wish is Wish.END and ending is Ending.LEFT
            self._working = self._aside = self._busy = False
            self._rest()
            return False, self._reason if stopped else ""

    def give_up(self) -> None:
        """Rest, and forget what was asked: it could not be carried out."""
        with self._changed:
            self._requests = Requests()
            self._rest()

    # From both

    @property
    def last_step(self) -> int | None:
        """The step that must not be passed, if there is one."""
        until = self._until
        return until[1] if until is not None and until[0] == "step" else None

    @property
    def working(self) -> bool:
        """True while there is a thread."""
        return self._working

    @property
    def paused(self) -> bool:
        return self._wish is Wish.REST

    @property
    def stopped(self) -> bool:
        return self._wish is Wish.END

    @property
    def asked(self) -> bool:
        """True while something was asked for which even a run that has ended needs a thread."""
        return self._requests.rewind or self._requests.more > 0

    def awaits(self, ending: Ending | None = None) -> bool:
        """True while a thread that rests, or has come to its end, has not yet carried out what was asked of it."""
        if ending is None:
            return self._busy or self._wish is not Wish.REST or self._requests != Requests()
        return self.asked or (self._wish is Wish.GO and ending is Ending.STOPPED)

    @property
    def reason(self) -> str:
        return self._reason
