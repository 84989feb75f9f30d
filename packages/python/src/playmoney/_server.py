"""A server of its own, or one that runs already."""

from __future__ import annotations

import atexit
import os
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from . import _held
from ._control import Control, plain
from ._program import find_program
from ._sandbox import Sandbox

Flag = str | int | float | bool | None | list[str] | tuple[str, ...]


class Server:
    """A server on a free port of loopback. It ends with the `with` block, with `stop()`, or with this process, also when it is killed.

    Flags are those of `playmoney serve`: `Server(clock='frozen', seed=7, webhook_allow=['127.0.0.0/8'], no_evidence_header=True)`.
    `scenario` is the path of a scenario file. With `log='text'` the program writes to the standard error of this process.
    Without `with`, the server starts at `start()`.

    Raises ProgramNotFound, and StartFailed with what the program has said.
    """

    def __init__(self, *, scenario: str | os.PathLike[str] | None = None, **flags: Flag) -> None:
        if 'ready_file' in flags:
            raise TypeError('Server reads a ready file of its own: use `url`, `env` and `credentials`')
        self._scenario = scenario
        self._flags = flags
        self._held: _held.Held | None = None
        self._folder: Path | None = None  # of a shared server
        self._root: Control | None = None

    @classmethod
    def at(cls, url: str, admin_token: str | None = None, ca_file: str | None = None) -> Server:
        """A server that runs already. `stop()` leaves it alone. `ca_file` is the certificate of its authority, when it speaks TLS."""
        server = cls()
        server._root = Control(url, admin_token, ca_file)
        return server

    @classmethod
    def shared(cls, folder: Path, **flags: Flag) -> Server:
        """The server of a folder: the first process starts it, others hold it too, and it ends when all of them have gone."""
        server = cls()
        server._flags = flags
        server._folder = folder
        server._hold(_held.share(server.command(), folder))
        return server

    def revive(self) -> None:
        """Starts the server of a folder again, if it has ended by itself. Its sandboxes are gone."""
        if self._held and self._folder and self._held.has_ended():
            self.stop()
            self._hold(_held.share(self.command(), self._folder))

    def command(self) -> list[str]:
        where: dict[str, Flag] = {} if {'listen', 'port'} & set(self._flags) else {'listen': '127.0.0.1:0', 'port': 0}
        scenario = [] if self._scenario is None else [os.fspath(self._scenario)]
        return [find_program(), 'serve', *arguments(where | self._flags), *scenario]

    def start(self) -> Server:
        """Returns when the server accepts requests."""
        if self._root is None:
            self._hold(_held.start(self.command(), Path(tempfile.mkdtemp(prefix='playmoney-')), 'log' in self._flags))
        return self

    def _hold(self, held: _held.Held) -> None:
        self._held = held
        self._root = Control(held.ready['base_url'], held.ready['admin_token'], held.ready.get('ca_file'), held.ending)
        atexit.register(self.stop)

    def stop(self) -> None:
        """Ends the server, unless another process still holds it. Returns when it has ended."""
        if self._held:
            atexit.unregister(self.stop)
            held, self._held, self._root = self._held, None, None
            held.let_go()

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def control(self) -> Control:
        if self._root is None:
            raise RuntimeError('the server does not run: use `with playmoney.Server() as server:`, or call `start()`')
        return self._root

    @property
    def url(self) -> str:
        """The server's address, such as http://127.0.0.1:4242."""
        return self.control.url

    @property
    def ca_file(self) -> str | None:
        """The file with the authority that clients of a server with `tls=True` have to trust."""
        return self.control.ca_file

    @property
    def pid(self) -> int | None:
        """The id of the program's process; None for a server that was started elsewhere."""
        return self._held.pid if self._held else None

    def sandbox(
        self,
        name: str | None = None,
        *,
        seed: int | None = None,
        now: str | datetime | None = None,
        scenario: str | None = None,
        webhook_url: str | None = None,
    ) -> Sandbox:
        """Makes a sandbox with a clock, a state and keys of its own. A name has 1 to 63 of a-z, 0-9 and -.

        With `now` its clock stands there; with a seed or a scenario (YAML) alone, it stands at 2026-01-01, or as the scenario says;
        otherwise it is as the server's. `{provider}` in `webhook_url` is replaced by the slug of the provider.
        """
        clock = {'mode': 'frozen', 'now': plain(now) if isinstance(now, datetime) else now} if now is not None else None
        wishes = {'name': name, 'seed': seed, 'clock': clock, 'scenario': scenario, 'webhook_url': webhook_url}
        made = self.control.ask('POST', '/__admin/sandboxes', {it: wish for it, wish in wishes.items() if wish is not None})
        return Sandbox(self.control, made)

    def find(self, name: str = 'default') -> Sandbox:
        """A sandbox that exists already."""
        return Sandbox(self.control, self.control.ask('GET', f'/__admin/sandboxes/{name}'))


def arguments(flags: Mapping[str, Flag]) -> list[str]:
    """Flags as the command line has them."""
    written: list[str] = []
    for name, value in flags.items():
        flag = '--' + name.replace('_', '-')
        values: Any = value if isinstance(value, (list, tuple)) else [value]
        for it in values:
            if it is True:
                written.append(flag)
            elif it is not None and it is not False:
                written.append(f'{flag}={it}')
    return written


