"""The date and time of this process follow a sandbox's clock: by time-machine if it is installed, else by freezegun."""

from __future__ import annotations

import contextlib
import importlib
import threading
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any


class Follower:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.travel = clock_of(now())
        self.lock = threading.Lock()
        self.traveller: Any = None

    def __enter__(self) -> Follower:
        self.traveller = self.travel.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self.lock:
            self.traveller = None
            self.travel.stop()

    def look(self) -> None:
        """Moves this process to the sandbox's time."""
        with contextlib.suppress(ConnectionError):
            now = self.now()
            with self.lock:
                if self.traveller:
                    self.traveller.move_to(now)


def clock_of(now: datetime) -> Any:
    """What moves the clock of this process: begun with `start()`, ended with `stop()`, moved with `move_to()`."""
    with contextlib.suppress(ImportError):
        return importlib.import_module('time_machine').travel(now, tick=False)
    with contextlib.suppress(ImportError):
        # The clock of asyncio stays real, so that an application in a thread does not hang.
        return importlib.import_module('freezegun').freeze_time(now, real_asyncio=True)
    raise ImportError('to follow the clock of a sandbox, install time-machine or freezegun')
