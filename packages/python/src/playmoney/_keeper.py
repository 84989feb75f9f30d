"""Keeps one server for those who hold it, and ends it when the last of them has gone, however it went.

A process of its own, run as a script: `python _keeper.py '{"command": [...], "folder": "..."}'`. It starts the program and listens
on loopback. Each connection is a holder. The operating system closes the connection of a process that is killed, so that a server
is never left behind. It writes one line of JSON to standard output: where it listens and the ready file, or why nothing has started.

A holder that goes closes its side and waits for the end of the connection; for the last one, this end comes after the server's.
"""

import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time

HOLDER_SECONDS_MAX = 30.0  # until the first holder has come
READY_SECONDS_MAX = 30.0
END_SECONDS_MAX = 15.0  # the program ends within 10 seconds of SIGTERM
LOOK_SECONDS = 0.5  # how often it is looked whether the program still runs


def ready_document(server, folder):  # type: ignore[no-untyped-def]
    """The ready file, as soon as it is there; a text says why it will not come."""
    ready, since = os.path.join(folder, 'ready.json'), time.monotonic()
    while time.monotonic() - since < READY_SECONDS_MAX:
        has_ended = server.poll() is not None
        try:
            with open(ready, encoding='utf-8') as file:
                return json.load(file)
        except (OSError, ValueError):
            pass
        if has_ended:
            with open(os.path.join(folder, 'server.log'), encoding='utf-8', errors='replace') as file:
                return f'the program has ended with exit code {server.returncode}\n{file.read()[-4000:]}'.strip()
        time.sleep(0.005)
    return f'the program did not accept requests within {READY_SECONDS_MAX:.0f} seconds'


def end(server):  # type: ignore[no-untyped-def]
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def hold(server, listener, last):  # type: ignore[no-untyped-def]
    """Returns when the last holder has gone, or the server has ended. Connections that wait for this are in `last`."""
    watch, holders, since, was_held = selectors.DefaultSelector(), set(), time.monotonic(), False
    watch.register(listener, selectors.EVENT_READ)
    while server.poll() is None and (holders or not was_held):
        for key, _ in watch.select(LOOK_SECONDS):
            if key.fileobj is listener:
                holder, _ = listener.accept()
                holder.sendall(b'held\n')
                holders.add(holder)
                was_held = True
                watch.register(holder, selectors.EVENT_READ)
                continue
            try:
                is_held = bool(key.fileobj.recv(64))
            except OSError:
                is_held = False
            if not is_held:
                holders.discard(key.fileobj)
                watch.unregister(key.fileobj)
                if holders:
                    key.fileobj.close()
                else:
                    last.append(key.fileobj)
        if not was_held and HOLDER_SECONDS_MAX < time.monotonic() - since:
            return
    last.extend(holders)


def main():  # type: ignore[no-untyped-def]
    task = json.loads(sys.argv[1])
    folder, last = task['folder'], []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    listener = socket.create_server(('127.0.0.1', 0))
    log = None if task['shows_log'] else open(os.path.join(folder, 'server.log'), 'wb')
    command = [*task['command'], '--ready-file', os.path.join(folder, 'ready.json')]
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
    try:
        ready = ready_document(server, folder)
        told = {'error': ready} if isinstance(ready, str) else {'port': listener.getsockname()[1], 'pid': server.pid, 'ready': ready}
        print(json.dumps(told), flush=True)
        os.close(1)  # who reads this line reads to the end
        if not isinstance(ready, str):
            hold(server, listener, last)
    finally:
        listener.close()
        end(server)
        shutil.rmtree(folder, ignore_errors=True)
        for holder in last:
            holder.close()


if __name__ == '__main__':
    main()
