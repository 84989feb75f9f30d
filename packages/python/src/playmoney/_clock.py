"""The date and time of this process follow a sandbox's clock: by time-machine if it is installed, else by freezegun."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import importlib
import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from types import TracebackType
from typing import Any, NamedTuple

from ._control import Control, moment_of
from ._errors import Problem

PACE_SECONDS = 0.01  # how often the time is moved while the clock runs
STANDING_SECONDS = 0.1  # how often it is looked whether the clock runs
AGAIN_SECONDS = 1.0  # between two tries to read the stream

LOG = logging.getLogger('playmoney')


class Follower:
    """Begun with `start()` or a `with` block. A thread reads the clock's stream, and moves the time of this process when it tells something.

    `control` is that of the sandbox. `on_move` is called after each move, with the new time; what it raises is logged.
    """

    def __init__(self, control: Control, on_move: Callable[[datetime], object] | None = None) -> None:
        self.control = control
        self.on_move = on_move
        # The thread that asks last has the latest answer, because each asks and moves within one turn.
        self._turn = threading.RLock()
        self._traveller: Any = None
        self._state = State(datetime.now(timezone.utc), 0)
        self._shown = self._state.now
        self._asked_at = 0.0
        self._is_telling = False
        self._is_gone = False
        self._ended = threading.Event()
        self._socket: socket.socket | None = None
        self._threads = [threading.Thread(target=it, name='playmoney-clock', daemon=True) for it in (self._listen, self._keep_pace)]

    def start(self) -> Follower:
        self._state = self._ask()
        self._shown = self._state.now
        self._travel, self._real = clock_of(self._state.now)
        self._asked_at = self._real()
        self._traveller = self._travel.start()
        for it in self._threads:
            it.start()
        return self

    __enter__ = start

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """The process has its own time again."""
        with self._turn:
            was_begun, self._traveller = self._traveller, None
            if was_begun:
                self._travel.stop()
        self._ended.set()
        reads = self._socket
        if reads:
            with contextlib.suppress(OSError):
                reads.shutdown(socket.SHUT_RDWR)
        for it in self._threads:
            if it.is_alive() and it is not threading.current_thread():
                it.join()

    def look(self) -> None:
        """Moves this process to the sandbox's time now. Without it, the time follows as soon as the stream has told it.

        A web application that calls this before each request has the time of a webhook when it receives it; `wsgi` and `asgi` do so.
        """
        with self._turn:
            if not self._traveller:
                return
            try:
                state = self._ask()
            except (ConnectionError, Problem) as why:
                self._lost(why)
                return
            self._found()
            self._state, self._asked_at = state, self._real()
            self._move(self._state.now)

    def wsgi(self, app: Any) -> Any:
        """The WSGI application, with the sandbox's time in each request."""
        def looking(environ: Any, start_response: Any) -> Any:
            self.look()
            return app(environ, start_response)

        return looking

    def asgi(self, app: Any) -> Any:
        """The ASGI application, with the sandbox's time in each request."""
        async def looking(scope: Any, receive: Any, send: Any) -> None:
            if scope['type'] == 'http':
                await asyncio.to_thread(self.look)
            await app(scope, receive, send)

        return looking

    def _lost(self, why: Exception) -> None:
        """Says once that the server is gone, and what time it is from now on."""
        with self._turn:
            if self._is_gone or self._ended.is_set() or not self._traveller:
                return
            self._is_gone = True
            rate = self._state.rate
            goes = f'goes on from {self._shown.isoformat()} at {rate:g} simulated seconds a second' if rate else f'stays {self._shown.isoformat()}'
            LOG.warning('the clock of the sandbox cannot be read (%s): the time of this process %s, until it can be read again', why, goes)

    def _found(self) -> None:
        with self._turn:
            if self._is_gone:
                self._is_gone = False
                LOG.warning('the clock of the sandbox can be read again')

    def _ask(self) -> State:
        """The stream begins with the present state, which says whether a walk through time holds the clock."""
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(Stream(self.control, 10)) as stream:
            for state in stream:
                return state
        return State.of(self.control.ask('GET', '/__admin/clock'))

    def _move(self, now: datetime) -> None:
        if now == self._shown:
            return
        self._shown = now
        self._traveller.move_to(now)
        if self.on_move and not self._is_telling:
            self._is_telling = True
            try:
                self.on_move(now)
            except Exception:  # the application's affair: its time goes on
                LOG.exception('on_move has failed at %s', now.isoformat())
            finally:
                self._is_telling = False

    def _listen(self) -> None:
        """Looks whenever the stream tells something. What it tells may be old already when it is read."""
        while not self._ended.is_set():
            with contextlib.suppress(OSError, ValueError, http.client.HTTPException), contextlib.closing(Stream(self.control, 60)) as stream:
                self._socket = stream.socket
                for _ in stream:
                    if self._ended.is_set():
                        return
                    self._look_anyway()
            self._socket = None
            if not self._ended.is_set():
                self._look_anyway()  # which says it when the server is gone
            self._ended.wait(AGAIN_SECONDS)

    def _look_anyway(self) -> None:
        """Nothing that a library raises ends the thread, because the time would stand for ever."""
        try:
            self.look()
        except Exception:
            LOG.exception('the time could not be moved')

    def _keep_pace(self) -> None:
        """While the clock runs, the time of this process passes with it."""
        while not self._ended.wait(PACE_SECONDS if self._state.rate else STANDING_SECONDS):
            with self._turn:
                if self._traveller and self._state.rate:
                    passed = timedelta(seconds=(self._real() - self._asked_at) * self._state.rate)
                    try:
                        self._move(self._state.now + passed)
                    except Exception:
                        LOG.exception('the time could not be moved')


class State(NamedTuple):
    """Of a sandbox's clock: its time, and the simulated seconds that pass in a real one."""

    now: datetime
    rate: float

    @classmethod
    def of(cls, clock: Mapping[str, Any]) -> State:
        return cls(moment_of(clock['now']), float(clock['rate']))


class Stream:
    """The states that a clock's stream tells. A comment comes every 15 seconds."""

    def __init__(self, control: Control, silence_seconds_max: float) -> None:
        self.connection, target = control.connect('/__admin/clock/stream', silence_seconds_max)
        self.connection.connect()
        self.socket: socket.socket | None = self.connection.sock
        self.connection.request('GET', target, headers=control.headers({'Accept': 'text/event-stream'}))
        self.answer = self.connection.getresponse()

    def __iter__(self) -> Iterator[State]:
        kind = ''
        while self.answer.status == 200 and (line := self.answer.readline().decode()):
            name, _, value = line.rstrip('\n').partition(': ')
            if name == 'event':
                kind = value
            elif name == 'data' and kind == 'clock':
                yield State.of(json.loads(value))

    def close(self) -> None:
        self.answer.close()
        self.connection.close()


def follow_clock(
    url: str | None = None,
    *,
    sandbox: str | None = None,
    token: str | None = None,
    ca_file: str | None = None,
    on_move: Callable[[datetime], object] | None = None,
) -> Follower:
    """For an application in a process of its own: its date and time are those of a sandbox from now on, until `stop()`.

    The server and the sandbox are those of the environment (PLAYMONEY_URL, PLAYMONEY_SANDBOX, PLAYMONEY_ADMIN_TOKEN, PLAYMONEY_CA_FILE),
    unless they are given. `on_move` is called after each move, for jobs that are due; what it raises is logged by `logging`, as `playmoney`.
    Needs time-machine or freezegun.
    """
    url = url or os.environ.get('PLAYMONEY_URL') or 'http://127.0.0.1:4242'
    token, ca_file = token or os.environ.get('PLAYMONEY_ADMIN_TOKEN'), ca_file or os.environ.get('PLAYMONEY_CA_FILE')
    name = sandbox or os.environ.get('PLAYMONEY_SANDBOX')
    control = Control(url, token, ca_file)
    return Follower(control.below(f'/s/{name}') if name else control, on_move).start()


def clock_of(now: datetime) -> tuple[Any, Callable[[], float]]:
    """What moves the clock of this process: begun with `start()`, ended with `stop()`, moved with `move_to()`. And a clock that stays."""
    with contextlib.suppress(ImportError):
        return importlib.import_module('time_machine').travel(now, tick=False), time.perf_counter
    with contextlib.suppress(ImportError):
        freezegun = importlib.import_module('freezegun')
        # The clock of asyncio stays real, so that an application in a thread does not hang.
        return freezegun.freeze_time(now, real_asyncio=True), importlib.import_module('freezegun.api').real_perf_counter
    raise ImportError('to follow the clock of a sandbox, install time-machine or freezegun')
