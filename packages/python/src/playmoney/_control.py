"""Calls of the control API. `http.client` obeys no proxy variable, so that calls to loopback stay there."""

from __future__ import annotations

import http.client
import json
import re
import ssl
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit

from ._errors import Problem

# A walk through time takes 60 seconds at most before the server reports what has happened so far.
SECONDS_MAX = 120.0
# In front of the digits of a decimal, until they are written as a number.
NUMBER = 'playmoney decimal '


class Control:
    """The control API below one address."""

    def __init__(self, url: str, token: str | None, ca_file: str | None = None) -> None:
        self.url = url.rstrip('/')
        self.token = token
        self.ca_file = ca_file

    def send(self, method: str, path: str, body: bytes | None, kind: str, seconds_max: float) -> tuple[int, bytes]:
        connection, target = self.connect(path, seconds_max)
        try:
            connection.request(method, target, body, self.headers({'Content-Type': kind} if body is not None else {}))
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError as why:
            raise ConnectionError(f'{method} {self.url}{path}: the server does not answer ({why})') from why
        finally:
            connection.close()

    def connect(self, path: str, seconds_max: float) -> tuple[http.client.HTTPConnection, str]:
        parts = urlsplit(self.url)
        host, target = parts.hostname or '', parts.path + path
        if parts.scheme != 'https':
            return http.client.HTTPConnection(host, parts.port, timeout=seconds_max), target
        context = ssl.create_default_context(cafile=self.ca_file)
        return http.client.HTTPSConnection(host, parts.port, timeout=seconds_max, context=context), target

    def headers(self, more: Mapping[str, str]) -> dict[str, str]:
        return {**({'Authorization': f'Bearer {self.token}'} if self.token else {}), **more}

    def ask(self, method: str, path: str, body: Any = None, seconds_max: float = SECONDS_MAX) -> Any:
        """The answer as JSON. Raises Problem when the server refuses."""
        # The server takes no call of a method that changes something without a media type.
        sent = None if body is None and method in ('GET', 'DELETE') else written({} if body is None else body)
        status, told = self.send(method, path, sent, 'application/json', seconds_max)
        return read(status, told, f'{method} {path}')

    def get(self, path: str, query: Mapping[str, Any]) -> Any:
        query = {name: plain(value) if isinstance(value, datetime) else value for name, value in query.items() if value is not None}
        return self.ask('GET', f'{path}?{urlencode(query)}' if query else path)

    def lines(self, path: str, seconds_max: float) -> Iterator[str]:
        """The lines of a stream, until it pauses for `seconds_max`."""
        connection, target = self.connect(path, seconds_max)
        try:
            connection.request('GET', target, headers=self.headers({'Accept': 'text/event-stream'}))
            answer = connection.getresponse()
            if answer.status != 200:
                return
            while line := answer.readline():
                yield line.decode('utf-8', 'replace').rstrip('\r\n')
        except (OSError, http.client.HTTPException):
            return
        finally:
            connection.close()


def read(status: int, told: bytes, call: str) -> Any:
    try:
        answer = json.loads(told) if told else None
    except ValueError:
        answer = told.decode('utf-8', 'replace')
    if status < 400:
        return answer
    document: dict[str, Any] = answer if isinstance(answer, dict) else {'detail': str(answer)}
    raise Problem(status, document, f'{call} was refused with {status}: {document.get("rendered") or document.get("detail")}')


def written(body: Any) -> bytes:
    """A body as JSON. A decimal is a number with its own digits, which a float would change."""
    text = json.dumps(body, default=plain)
    return re.sub(rf'"{re.escape(NUMBER)}([-+.0-9]+)"', r'\1', text).encode()


def plain(value: object) -> object:
    """How JSON writes what it has no word for."""
    if isinstance(value, Decimal):
        return NUMBER + format(value, 'f')
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        return moment.astimezone(timezone.utc).isoformat().replace('+00:00', 'Z')
    if isinstance(value, timedelta):
        return duration(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f'{value!r} cannot be written as JSON')


def duration(span: str | timedelta) -> str:
    """A duration as the control API writes it."""
    return span if isinstance(span, str) else f'{span // timedelta(microseconds=1)}us'


UNITS = {'w': 604_800, 'd': 86_400, 'h': 3_600, 'm': 60, 'min': 60, 's': 1, 'ms': 10**-3, 'us': 10**-6}
PART = re.compile(r'\s*(\d+(?:\.\d+)?)\s*(min|ms|us|[wdhms])', re.IGNORECASE)


def span_of(text: str) -> timedelta | None:
    """A duration such as 1h30m or PT31M; None when it is written in another way."""
    rest, seconds = text.strip().lower().removeprefix('p').replace('t', ''), Decimal(0)
    while rest:
        part = PART.match(rest)
        if not part:
            return None
        seconds += Decimal(part[1]) * Decimal(str(UNITS[part[2]]))
        rest = rest[part.end():]
    return timedelta(microseconds=int(seconds * 1_000_000))


def moment_of(text: str) -> datetime:
    """A moment as the control API writes it. Nanoseconds are cut to microseconds."""
    parts = re.fullmatch(r'(.+?)(?:\.(\d+))?Z', text)
    if not parts:
        return datetime.fromisoformat(text)
    micros = int((parts[2] or '0').ljust(6, '0')[:6])
    return datetime.fromisoformat(parts[1]).replace(microsecond=micros, tzinfo=timezone.utc)
