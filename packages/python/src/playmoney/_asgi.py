"""An ASGI application behind WSGI. It has one event loop in a thread, and its lifespan is that of the bridge."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any
from urllib.parse import quote

ANSWER_SECONDS_MAX = 60.0


class Bridge:
    def __init__(self, app: Any) -> None:
        self.app = app
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name='playmoney-asgi', daemon=True)
        self.thread.start()
        self.lifespan = Lifespan(app)
        try:
            self.run(self.lifespan.start())
        except BaseException:
            self.end()
            raise

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(ANSWER_SECONDS_MAX)

    def stop(self) -> None:
        try:
            self.run(self.lifespan.stop())
        finally:
            self.end()

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        length = int(environ.get('CONTENT_LENGTH') or 0)
        body = environ['wsgi.input'].read(length) if length else b''
        status, headers, parts = self.run(self.answer(scope_of(environ, self.lifespan.state), body))
        start_response(f'{status} {"OK" if status == 200 else "-"}', headers)
        return [b''.join(parts)]

    async def answer(self, scope: dict[str, Any], body: bytes) -> tuple[int, list[tuple[str, str]], list[bytes]]:
        sent: list[dict[str, Any]] = []
        unread = [{'type': 'http.request', 'body': body, 'more_body': False}]
        done = asyncio.Event()

        async def receive() -> dict[str, Any]:
            if unread:
                return unread.pop()
            await done.wait()
            return {'type': 'http.disconnect'}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)
            if message['type'] == 'http.response.body' and not message.get('more_body'):
                done.set()

        await self.app(scope, receive, send)
        start = next((it for it in sent if it['type'] == 'http.response.start'), None)
        if start is None:
            raise RuntimeError('the ASGI application has not answered')
        headers = [(name.decode('latin-1'), value.decode('latin-1')) for name, value in start.get('headers', [])]
        return start['status'], headers, [it.get('body', b'') for it in sent if it['type'] == 'http.response.body']


class Lifespan:
    """The start and the end of an application. One that knows no lifespan raises at the start, as the ASGI specification has it."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.state: dict[str, Any] = {}
        self.task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self.inbound: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.outbound: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.task = asyncio.ensure_future(self.live())
        await self.say('lifespan.startup')

    async def live(self) -> None:
        scope = {'type': 'lifespan', 'asgi': {'version': '3.0', 'spec_version': '2.0'}, 'state': self.state}
        try:
            await self.app(scope, self.inbound.get, self.outbound.put)
        except Exception:
            pass
        finally:
            await self.outbound.put({'type': 'over'})

    async def stop(self) -> None:
        if self.task and not self.task.done():
            await self.say('lifespan.shutdown')
            await self.task

    async def say(self, what: str) -> None:
        await self.inbound.put({'type': what})
        told = await self.outbound.get()
        if told['type'].endswith('.failed'):
            raise RuntimeError(f'the ASGI application has failed at {what}: {told.get("message", "")}')


def scope_of(environ: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    path = environ.get('PATH_INFO', '/')
    named = {name.removeprefix('HTTP_'): it for name, it in environ.items() if name.startswith('HTTP_')}
    named |= {name: environ[name] for name in ('CONTENT_TYPE', 'CONTENT_LENGTH') if environ.get(name)}
    headers = [(name.replace('_', '-').lower().encode(), it.encode('latin-1')) for name, it in named.items()]
    return {
        'type': 'http',
        'asgi': {'version': '3.0', 'spec_version': '2.3'},
        'http_version': '1.1',
        'method': environ['REQUEST_METHOD'],
        'scheme': 'http',
        'path': path.encode('latin-1').decode('utf-8', 'replace'),
        'raw_path': quote(path.encode('latin-1'), safe="/:@!$&'()*+,;=-._~").encode(),
        'query_string': environ.get('QUERY_STRING', '').encode('latin-1'),
        'root_path': '',
        'headers': headers,
        'client': (environ.get('REMOTE_ADDR', '127.0.0.1'), 0),
        'server': ('127.0.0.1', int(environ['SERVER_PORT'])),
        'state': dict(state),
    }
