"""Keeps one server for those who hold it, and ends it when the last of them has gone, however it went.

A process of its own, run as a script: `python _keeper.py '{"command": [...], "folder": "..."}'`. It starts the program and listens
on loopback. Each connection is a holder. The operating system closes the connection of a process that is killed, so that a server
is never left behind. It writes one line of JSON to standard output: where it listens and the ready file, or why nothing has started.

A holder that goes closes its side and waits for the end of the connection. The last one is told that it is over when the server has
ended. When the server ends by itself, all of them are told how.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time
from typing import Any

HOLDER_SECONDS_MAX = 30.0  # until the first holder has come
READY_SECONDS_MAX = 30.0
END_SECONDS_MAX = 15.0  # the program ends within 10 seconds of SIGTERM
LOOK_SECONDS = 0.5  # how often it is looked whether the program still runs


def ready_document(server: subprocess.Popen[bytes], folder: str) -> dict[str, Any] | str:
    """The ready file, as soon as it is there; a text says why it will not come."""
    ready, since = os.path.join(folder, 'ready.json'), time.monotonic()
    while time.monotonic() - since < READY_SECONDS_MAX:
        has_ended = server.poll() is not None
        try:
            with open(ready, encoding='utf-8') as file:
                document: dict[str, Any] = json.load(file)
                return document
        except (OSError, ValueError):
            pass
        if has_ended:
            return last_words(server, folder)
        time.sleep(0.005)
    return f'the program did not accept requests within {READY_SECONDS_MAX:.0f} seconds'


def last_words(server: subprocess.Popen[bytes], folder: str) -> str:
    """How a program has ended by itself, and the end of what it has written."""
    how = f'the program has ended with exit code {server.returncode}'
    if server.returncode < 0:
        how = f'the program was ended by signal {-server.returncode}'
    with contextlib.suppress(OSError), open(os.path.join(folder, 'server.log'), encoding='utf-8', errors='replace') as file:
        return f'{how}\n{file.read()[-4000:]}'.strip()
    return how


def end(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def hold(server: subprocess.Popen[bytes], listener: socket.socket, last: list[socket.socket]) -> None:
    """Returns when the last holder has gone, or the server has ended. Connections that wait for this are in `last`."""
    watch, since, was_held = selectors.DefaultSelector(), time.monotonic(), False
    holders: set[socket.socket] = set()
    watch.register(listener, selectors.EVENT_READ)
    while server.poll() is None and (holders or not was_held):
        for key, _ in watch.select(LOOK_SECONDS):
            if key.fileobj is listener:
                holder = listener.accept()[0]
                holder.sendall(b'held\n')
                holders.add(holder)
                was_held = True
                watch.register(holder, selectors.EVENT_READ)
                continue
            holder = next(it for it in holders if it is key.fileobj)
            if not is_there(holder):
                holders.discard(holder)
                watch.unregister(holder)
                if holders:
                    holder.close()
                else:
                    last.append(holder)
        if not was_held and HOLDER_SECONDS_MAX < time.monotonic() - since:
            return
    last.extend(holders)


def is_there(holder: socket.socket) -> bool:
    try:
        return bool(holder.recv(64))
    except OSError:
        return False


def main() -> None:
    task = json.loads(sys.argv[1])
    folder: str = task['folder']
    last: list[socket.socket] = []
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    listener = socket.create_server(('127.0.0.1', 0))
    log = None if task['shows_log'] else open(os.path.join(folder, 'server.log'), 'wb')
    command = [*task['command'], '--ready-file', os.path.join(folder, 'ready.json')]
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
    try:
        ready = ready_document(server, folder)
        told = {'error': ready} if isinstance(ready, str) else {'port': listener.getsockname()[1], 'pid': server.pid, 'ready': ready}
        print(json.dumps(told), flush=True)
        if not isinstance(ready, str):
            hold(server, listener, last)
    finally:
        listener.close()
        words = '' if server.poll() is None else last_words(server, folder)
        end(server)
        if log:
            log.close()
        shutil.rmtree(folder, ignore_errors=True)
        for holder in last:
            with contextlib.suppress(OSError), holder:
                holder.sendall(f'{words}\nover\n'.lstrip().encode())


if __name__ == '__main__':
    main()
