"""Holding a server: one of this process alone, or one that several processes share."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ._errors import StartFailed

END_SECONDS_MAX = 30.0
LAST_WORDS_SECONDS_MAX = 2.0
STARTS_MAX = 10

if sys.platform == 'win32':
    NEW_GROUP = subprocess.CREATE_NEW_PROCESS_GROUP
else:
    NEW_GROUP = 0


class Held:
    """A server that runs as long as it is held."""

    def __init__(self, told: dict[str, Any], connection: socket.socket, keeper: subprocess.Popen[bytes] | None) -> None:
        self.pid: int = told['pid']
        self.ready: dict[str, Any] = told['ready']
        self.connection = connection
        self.keeper = keeper
        self.owner = os.getpid()
        self.said = b''

    def has_ended(self) -> bool:
        """Whether the server has ended by itself. Its keeper says so within a second."""
        try:
            self.connection.settimeout(0)
            while more := self.connection.recv(4096):
                self.said += more
        except BlockingIOError:
            return False
        except OSError:
            pass
        return True

    def ending(self) -> str:
        """How the server has ended, after a call that was not answered; nothing when it still runs."""
        since = time.monotonic()
        while not self.has_ended():
            if LAST_WORDS_SECONDS_MAX < time.monotonic() - since:
                return ''
            time.sleep(0.02)
        return self.said.decode('utf-8', 'replace').removesuffix('over\n').strip() or 'it has ended'

    def let_go(self) -> None:
        """Returns when the server has ended, if no other process holds it."""
        if os.getpid() != self.owner:
            # A forked child has a copy of the connection, and must not let go in the name of its parent.
            return
        with contextlib.suppress(OSError), self.connection:
            self.connection.settimeout(END_SECONDS_MAX)
            self.connection.shutdown(socket.SHUT_WR)
            while more := self.connection.recv(4096):
                self.said += more
            if self.keeper and self.said.endswith(b'over\n'):
                self.keeper.wait(END_SECONDS_MAX)
        self.leave_keeper()

    def leave_keeper(self) -> None:
        """The keeper may outlive this process. Without this, Python warns of a child that still runs."""
        if self.keeper and self.keeper.returncode is None:
            self.keeper.returncode = 0


def start(command: list[str], folder: Path, shows_log: bool) -> Held:
    """Starts the program and holds it. Its keeper removes the folder at the end."""
    held = join(*keep(command, folder, shows_log))
    if not held:
        raise StartFailed('the server has ended as soon as it had started')
    return held


def keep(command: list[str], folder: Path, shows_log: bool) -> tuple[dict[str, Any], subprocess.Popen[bytes]]:
    task = json.dumps({'command': command, 'folder': str(folder), 'shows_log': shows_log})
    script = str(Path(__file__).with_name('_keeper.py'))
    # In a group of its own, so that Ctrl+C and the end of a process group reach the tests first, and then, through them, the keeper.
    keeper = subprocess.Popen(
        [sys.executable, '-I', '-S', script, task],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=None if shows_log else subprocess.DEVNULL,
        start_new_session=True,
        creationflags=NEW_GROUP,
    )
    assert keeper.stdout
    with keeper.stdout:
        line = keeper.stdout.readline()
    told: dict[str, Any] = json.loads(line) if line else {'error': 'the keeper of the server has ended without a word'}
    if 'error' in told:
        keeper.wait()
        raise StartFailed(f'{" ".join(command)}: {told["error"]}')
    return told, keeper


def join(told: dict[str, Any], keeper: subprocess.Popen[bytes] | None = None) -> Held | None:
    """Holds a server that runs already; None when it has ended, or is ending."""
    try:
        connection = socket.create_connection(('127.0.0.1', told['port']), timeout=END_SECONDS_MAX)
    except OSError:
        return None
    with contextlib.suppress(OSError):
        if connection.recv(64) == b'held\n':
            return Held(told, connection, keeper)
    connection.close()
    return None


def share(command: list[str], folder: Path) -> Held:
    """Holds the server of a folder, which the first process of several starts."""
    for _ in range(STARTS_MAX):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError), locked(folder / 'lock'):
            known = folder / 'keeper.json'
            held = join(json.loads(known.read_text('utf-8'))) if known.exists() else None
            if not held:
                known.unlink(missing_ok=True)
                told, keeper = keep(command, folder, shows_log=False)
                held = join(told, keeper)
                new = folder / 'keeper.json.new'
                new.write_text(json.dumps(told), 'utf-8')
                new.replace(known)
            if held:
                return held
        # The keeper of an earlier server was just removing the folder.
        time.sleep(0.05)
    raise StartFailed(f'the server of {folder} has ended {STARTS_MAX} times as soon as it had started')


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
