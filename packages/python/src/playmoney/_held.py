"""Holding a server: one of this process alone, or one that several processes share."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ._errors import StartFailed

END_SECONDS_MAX = 30.0


class Held:
    """A server that runs as long as it is held."""

    def __init__(self, told: dict[str, Any], connection: socket.socket) -> None:
        self.pid: int = told['pid']
        self.ready: dict[str, Any] = told['ready']
        self.connection = connection
        self.owner = os.getpid()

    def let_go(self) -> None:
        """Returns when the server has ended, if no other process holds it."""
        if os.getpid() != self.owner:
            # A forked child has a copy of the connection, and must not let go in the name of its parent.
            return
        with contextlib.suppress(OSError), self.connection:
            self.connection.settimeout(END_SECONDS_MAX)
            self.connection.shutdown(socket.SHUT_WR)
            while self.connection.recv(64):
                pass


def start(command: list[str], folder: Path, shows_log: bool) -> Held:
    """Starts the program and holds it. Its keeper removes the folder at the end."""
    told = keep(command, folder, shows_log)
    held = join(told)
    if not held:
        raise StartFailed('the server has ended as soon as it had started')
    return held


def keep(command: list[str], folder: Path, shows_log: bool) -> dict[str, Any]:
    task = json.dumps({'command': command, 'folder': str(folder), 'shows_log': shows_log})
    script = str(Path(__file__).with_name('_keeper.py'))
    # In a session of its own, so that Ctrl+C and the end of a process group reach the tests first, and then, through them, the keeper.
    keeper = subprocess.Popen(
        [sys.executable, '-I', '-S', script, task],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=None if shows_log else subprocess.DEVNULL,
        start_new_session=True,
    )
    assert keeper.stdout
    with keeper.stdout:
        line = keeper.stdout.read()
    keeper.returncode = 0  # it outlives this process perhaps; without this, Python warns that it still runs
    if not line:
        raise StartFailed('the keeper of the server has ended without a word')
    told: dict[str, Any] = json.loads(line)
    if 'error' in told:
        raise StartFailed(f'{" ".join(command)}: {told["error"]}')
    return told


def join(told: dict[str, Any]) -> Held | None:
    """Holds a server that runs already; None when it has ended, or is ending."""
    try:
        connection = socket.create_connection(('127.0.0.1', told['port']), timeout=END_SECONDS_MAX)
    except OSError:
        return None
    with contextlib.suppress(OSError):
        if connection.recv(64) == b'held\n':
            return Held(told, connection)
    connection.close()
    return None


def share(command: list[str], folder: Path) -> Held:
    """Holds the server of a folder, which the first process of several starts."""
    while True:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError), locked(folder / 'lock'):
            known = folder / 'keeper.json'
            held = join(json.loads(known.read_text('utf-8'))) if known.exists() else None
            if not held:
                known.unlink(missing_ok=True)
                told = keep(command, folder, shows_log=False)
                held = join(told)
                new = folder / 'keeper.json.new'
                new.write_text(json.dumps(told), 'utf-8')
                new.replace(known)
            if held:
                return held
        # The keeper of an earlier server was just removing the folder.
        time.sleep(0.05)


def new_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix='playmoney-'))


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Waits for the lock of a file. The operating system frees it when its process ends."""
    with path.open('a+b') as file:
        if sys.platform == 'win32':
            import msvcrt

            while True:
                try:
                    file.seek(0)
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # tries for ten seconds
                    break
                except OSError:
                    continue
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
            yield
