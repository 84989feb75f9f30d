"""The test's own application in a thread: WSGI, or ASGI behind a bridge. Only the standard library."""

from __future__ import annotations

import importlib
import inspect
import os
import socketserver
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

from ._asgi import Bridge

LOOK_SECONDS = 0.02  # how often the thread looks whether it has to end


class AppServer:
    """Serves an application on a free port of loopback. The address is known before the application is."""

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self._http = HttpServer(before)
        self._bridge: Bridge | None = None
        self._thread = threading.Thread(target=self._http.serve_forever, args=[LOOK_SECONDS], name='playmoney-app', daemon=True)
        self.url = f'http://127.0.0.1:{self._http.server_port}'

    def load(self, app: Any) -> None:
        """Serves this application from now on."""
        if is_asgi(app):
            self._bridge = Bridge(app)
            app = self._bridge
        self._http.app = app

    def __enter__(self) -> AppServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        if self._bridge:
            self._bridge.stop()


class HttpServer(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, before: Callable[[], None]) -> None:
        self.before = before
        self.app: Any = not_loaded
        super().__init__(('127.0.0.1', 0), Handler)
        self.set_app(self.call)

    def server_bind(self) -> None:
        # Not that of HTTPServer, which asks for the name of the address.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = '127.0.0.1', self.server_address[1]
        self.setup_environ()

    def call(self, environ: Any, start_response: Any) -> Any:
        self.before()
        return self.app(environ, start_response)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that hangs up is not a fault of the application.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(WSGIRequestHandler):
    def handle(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if self.raw_requestline and self.parse_request():
            streams: list[Any] = [self.rfile, self.wfile]
            handler = ServerHandler(streams[0], streams[1], self.get_stderr(), self.get_environ(), multithread=True)
            handler.request_handler = self  # type: ignore[attr-defined]  # ServerHandler logs by it
            handler.run(self.server.get_app())  # type: ignore[attr-defined]

    def log_message(self, format: str, *args: Any) -> None:
        pass


def not_loaded(environ: Any, start_response: Any) -> list[bytes]:
    start_response('503 Service Unavailable', [('Content-Type', 'text/plain')])
    return [b'the application is not loaded yet\n']


def is_asgi(app: Any) -> bool:
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(getattr(app, '__call__', None))


def load_app(name: str, *folders: Path) -> Any:
    """The application behind `module:attribute`. What needs no arguments is a factory, and is called.

    The module is looked for in the present folder and in these too.
    """
    module, colon, attribute = name.partition(':')
    if not colon or not module or not attribute:
        raise ValueError(f"an application is named as 'module:attribute', such as 'shop:create_app', not {name!r}")
    for folder in [*map(str, folders), os.getcwd()]:
        if folder not in sys.path:
            sys.path.insert(0, folder)
    app: Any = importlib.import_module(module)
    for part in attribute.split('.'):
        if not hasattr(app, part):
            raise ValueError(f'{name!r} names no application: {getattr(app, "__file__", app)} has no {part!r}')
        app = getattr(app, part)
    return app() if is_factory(app) else app


def is_factory(app: Any) -> bool:
    try:
        parameters = inspect.signature(app).parameters.values()
    except (TypeError, ValueError):
        return False
    needed = [it for it in parameters if it.default is it.empty and it.kind not in (it.VAR_POSITIONAL, it.VAR_KEYWORD)]
    return not needed and (inspect.isfunction(app) or inspect.isclass(app) or inspect.ismethod(app))
