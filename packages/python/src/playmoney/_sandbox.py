"""A sandbox, and all that a test does with it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, cast

from . import _report
from ._apps import AppServer
from ._clock import Follower
from ._control import Control, duration, moment_of, span_of
from ._errors import NotVerified, Problem
from ._shapes import Acted, Clock, Delivery, JournalRequest, Message, Report

# pytest shows the lines of the test, and not those of this package.
__tracebackhide__ = True

Count = int | Mapping[str, int]
Where = Mapping[str, Any]


class SetsEnvironment(Protocol):
    """pytest's `monkeypatch`."""

    def setenv(self, name: str, value: str) -> None: ...


class Sandbox:
    """Five providers with a clock, a state and keys of their own. Made by `Server.sandbox`; a `with` block deletes it at its end."""

    def __init__(self, server: Control, described: Mapping[str, Any]) -> None:
        self.name: str = described['name']
        self.env: dict[str, str] = {}
        """Addresses and keys by the names that an environment has: QUOINE_BASE_URL, QUOINE_USER_ID, ..."""
        self.providers: dict[str, Any] = {}
        self._names: dict[str, str] = {}  # more names of `env`, as templates
        self._read(described)
        self.app: Any = None
        """The application that `serve` runs."""
        self.app_url: str | None = None
        self._server = server
        self._control = server.below(f'/s/{self.name}')
        # Where `webhooks_to` has sent webhooks. Until then they go where the sandbox's start says.
        self._webhook_url: str | None = None
        self._follower: Follower | None = None
        self._at_end = contextlib.ExitStack()
        self._shows_timeline = True

    def _read(self, described: Mapping[str, Any]) -> None:
        self.providers = dict(described['providers'])
        known: dict[str, str] = described['env']
        self.env = {**known, **{name: text.format_map(known) for name, text in self._names.items()}}

    def __repr__(self) -> str:
        return f'<playmoney.Sandbox {self.name} at {self._control.url}>'

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.delete()

    # Where it is

    @property
    def url(self) -> str:
        """The address of the sandbox: http://127.0.0.1:4242/s/checkout."""
        return self._control.url

    @property
    def credentials(self) -> dict[str, dict[str, str]]:
        """The keys of each provider's first account: `credentials['quoine']['secret']`."""
        return {slug: it['credentials'] for slug, it in self.providers.items()}

    def base_url(self, provider: str) -> str:
        """The address that stands for the provider's."""
        if provider not in self.providers:
            raise ValueError(f'no provider is named {provider!r}: {", ".join(self.providers)}')
        return str(self.providers[provider]['base_url'])

    def set_env(self, monkeypatch: SetsEnvironment) -> None:
        """Sets `env` in the environment of this process, with pytest's `monkeypatch`; for example again after keys have rotated."""
        for name, value in self.env.items():
            monkeypatch.setenv(name, value)

    # The clock

    @property
    def clock(self) -> Clock:
        return cast(Clock, self.control('GET', 'clock'))

    @property
    def now(self) -> datetime:
        """The simulated time."""
        return moment_of(self.clock['now'])

    def advance(
        self,
        by: str | timedelta | None = None,
        *,
        to: str | datetime | None = None,
        until: str | None = None,
        limit: str | timedelta | None = None,
    ) -> Report:
        """Lets time pass: '31m', or to a moment, or until 'next', 'idle' or 'delivery'.

        Returns when everything that is due in that time has happened, webhooks and their retries included. `advance('0s')` is the
        barrier after a call. A walk that the server has cut is continued.
        """
        span = {'by': None if by is None else duration(by), 'limit': None if limit is None else duration(limit)}
        wishes: dict[str, Any] = {**span, 'to': to, 'until': until}
        body = {name: it for name, it in wishes.items() if it is not None}
        if 'by' not in body and 'to' not in body and 'until' not in body:
            raise TypeError("advance needs '31m', to=..., or until='next', 'idle' or 'delivery'")
        report = self.control('POST', 'clock/advance', body)
        while report.pop('incomplete', False):
            if 'by' in body:
                passed = by if isinstance(by, timedelta) else span_of(str(by))
                if passed is None:
                    raise AssertionError(f'the server has stopped at {report["now"]}: write the duration {by!r} as 31m or 1h30m')
                body = {'to': moment_of(report['from']) + passed}
            more = self.control('POST', 'clock/advance', body)
            if more.get('incomplete') and more['now'] == report['now'] and not more['fired_total'] and not more['deliveries_total']:
                raise AssertionError(f'time stands at {more["now"]}, because something is due there again and again')
            for name in ('fired', 'deliveries', 'fired_total', 'deliveries_total'):
                report[name] += more[name]
            report['now'] = more['now']
            if more.get('incomplete'):
                report['incomplete'] = True
        self._follow()
        return cast(Report, report)

    def follow_clock(self, on_move: Callable[[datetime], object] | None = None) -> None:
        """From now on, the date and time of this process are the sandbox's, until the sandbox is deleted.

        They follow each call of this object, each webhook that the application of `serve` gets, and all that others do to the clock.
        `on_move` is called after each move with the new time, for jobs that are due. Needs time-machine or freezegun.
        """
        if not self._follower:
            self._follower = self._at_end.enter_context(Follower(self._control, on_move))

    def _follow(self) -> None:
        if self._follower:
            self._follower.look()

    # The outside world

    def act(self, action: str, /, **details: Any) -> Acted:
        """Does what a customer, a bank or a blockchain does: `act('quoine.pay', invoice=1)`."""
        provider, dot, name = action.partition('.')
        if not dot:
            raise ValueError(f"an action has the name of its provider in front: 'quoine.pay', not {action!r}")
        acted = self.control('POST', f'act/{provider}/{name}', details)
        self._follow()
        return cast(Acted, acted)

    def rule(self, on: str, then: Mapping[str, Any], when: Mapping[str, Any] | None = None, **more: Any) -> Rule:
        """Adds a rule: what differs from the documentation, and when.

        It stays until it is removed; `with shop.rule('quoine.*', {'error': 'usage_limit'}):` removes it at the end of the block.
        """
        added = self.control('POST', 'rules', {'on': on, 'then': then, **({'when': when} if when else {}), **more})
        return Rule(self, added['name'])

    def account(self, provider: str, account: str | None = None, **settings: Any) -> dict[str, Any]:
        """Changes settings of a provider's account, and returns it; without settings it changes nothing."""
        account = account or self._first_account(provider)
        path = f'accounts/{provider}/{account}'
        told = self.control('PATCH', path, settings) if settings else self.control('GET', path)
        return cast('dict[str, Any]', told)

    def rotate(self, provider: str, account: str | None = None, **credentials: str) -> dict[str, Any]:
        """Replaces keys of an account: `rotate('quoine', secret='...')`. The old ones are refused from now on."""
        changed = self.account(provider, account, credentials=credentials)
        if account is None or account == self._first_account(provider):
            self._read(self._server.ask('GET', f'/__admin/sandboxes/{self.name}'))
        return changed

    def _first_account(self, provider: str) -> str:
        for it in self.control('GET', 'accounts')['accounts']:
            if it['provider'] == provider:
                return str(it['account'])
        raise ValueError(f'no provider is named {provider!r}: {", ".join(self.providers)}')

    # Webhooks

    def webhooks_to(self, url: str) -> None:
        """All accounts tell this address from now on; `{provider}` is replaced by the slug of the provider."""
        for it in self.control('GET', 'accounts')['accounts']:
            address = {'webhook_url': url.replace('{provider}', it['provider'])}
            self.control('PATCH', f'accounts/{it["provider"]}/{it["account"]}', address)
        self._webhook_url = url

    def inbox(self, name: str = 'webhooks') -> Inbox:
        """A receiver that is built into the sandbox."""
        return Inbox(self, name)

    def serve(self, app: Any, webhooks: str = '/webhooks/{provider}') -> str:
        """Runs a WSGI or ASGI application in a thread, sends all webhooks to this path of it, and returns its address."""
        server = AppServer(before=self._follow)
        self._at_end.enter_context(server)
        server.load(app)
        self._attach(server, app)
        self.webhooks_to(server.url + webhooks)
        return server.url

    def _attach(self, server: AppServer, app: Any) -> None:
        self.app, self.app_url = app, server.url

    # Looking and proving

    def deliveries(self, **filters: Any) -> list[Delivery]:
        """Webhooks with their attempts: `deliveries(provider='quoine', status='failed')`; also event, subject, since, limit."""
        return cast('list[Delivery]', self.control('GET', 'deliveries', filters)['deliveries'])

    def requests(self, **filters: Any) -> list[JournalRequest]:
        """The journal: `requests(operation='quoine.createInvoice', status=200)`; also provider, since, limit."""
        return cast('list[JournalRequest]', self.control('GET', 'requests', filters)['requests'])

    def violations(self, **filters: Any) -> list[dict[str, Any]]:
        """Where the application broke the documented contract."""
        return cast('list[dict[str, Any]]', self.control('GET', 'violations', filters)['violations'])

    def verify(self, operation: str, where: Where | None = None, count: Count = 1) -> int:
        """The application has made this call: `verify('quoine.createInvoice', {'body': {'price': 500}})`.

        `count` is a number, or `{'at_least': 1, 'at_most': 3}`. Returns how many fit. NotVerified, an AssertionError, shows the nearest.
        """
        criteria = {'operation': operation, 'count': count, **({'where': where} if where else {})}
        return self._verify(f'{operation} was not called as expected', 'requests/verify', criteria)

    def wait(self, operation: str, where: Where | None = None, timeout: float = 5) -> int:
        """Waits, in real time, until the application has made this call. Returns how many fit."""
        criteria = {'operation': operation, **({'where': where} if where else {})}
        return self._verify(f'{operation} was waited for', 'requests/wait', criteria, timeout)

    def wait_for_webhook(self, timeout: float = 5, **criteria: Any) -> int:
        """Waits, in real time, for a webhook: `wait_for_webhook(provider='quoine', event='payment_expired', status='delivered')`."""
        return self._verify(f'a webhook ({_report.listed(criteria)}) was waited for', 'deliveries/wait', criteria, timeout)

    def _verify(self, what: str, path: str, criteria: dict[str, Any], timeout: float | None = None) -> int:
        asked = criteria if timeout is None else {**criteria, 'timeout': duration(timedelta(seconds=timeout))}
        try:
            told = self.control('POST', path, asked, seconds_max=(timeout or 0) + 120)
        except Problem as why:
            if 'verified' not in why.document:
                raise
            said = _report.not_verified(what, why.document)
            raise NotVerified(why.status, why.document, said + self._timeline_below()) from None
        return int(told['matched'])

    def timeline(self, lines_max: int = 60) -> str:
        """What has happened, a line each, with the simulated time."""
        return _report.timeline(self._control, lines_max)

    def _timeline_below(self) -> str:
        if not self._shows_timeline:
            return ''
        return f'\n\nTimeline of the sandbox {self.name}:\n' + '\n'.join(f'  {it}' for it in self.timeline().splitlines())

    # Its life

    def fork(self, name: str | None = None) -> Sandbox:
        """A copy at this instant: state, clock, timers and pending webhooks. Its webhooks go to its inbox `fork`."""
        made = self._server.ask('POST', f'/__admin/sandboxes/{self.name}/fork', {'name': name} if name else {})
        return Sandbox(self._server, made)

    def reset(self) -> None:
        """Takes the sandbox back to its start. Webhooks go where they went."""
        self.control('POST', 'reset', {'webhook_url': self._webhook_url} if self._webhook_url else {})
        self._follow()

    def delete(self) -> None:
        """Deletes the sandbox, and ends what it has begun in this process: the application's thread, the clock that follows."""
        self._at_end.close()
        self._follower = None
        with contextlib.suppress(ConnectionError):
            try:
                self._server.ask('DELETE', f'/__admin/sandboxes/{self.name}')
            except Problem as why:
                if why.status != 404:
                    raise

    def state(self) -> Any:
        """The sandbox as one JSON document."""
        return self.control('GET', 'state')

    def restore(self, state: Any) -> None:
        """Replaces the state by such a document."""
        self.control('PUT', 'state', state)
        self._follow()

    def save_capsule(self, path: str | os.PathLike[str]) -> bool:
        """Saves the sandbox's history. False when the program does not keep one."""
        status, capsule = self._control.send('GET', '/__admin/capsule', None, '', 120)
        if status != 200:
            return False
        Path(path).write_bytes(capsule)
        return True

    def control(self, method: str, path: str, body: Any = None, seconds_max: float = 120) -> Any:
        """Any control call of this sandbox: `control('GET', 'coverage')`. For GET, `body` is the query."""
        if method == 'GET':
            return self._control.get(f'/__admin/{path}', body or {})
        return self._control.ask(method, f'/__admin/{path}', body, seconds_max)

    def when_deleted(self, callback: Callable[[], object]) -> None:
        """Calls this when the sandbox is deleted."""
        self._at_end.callback(callback)


class Rule:
    """A rule of a sandbox. A `with` block removes it at its end."""

    def __init__(self, sandbox: Sandbox, name: str) -> None:
        self.sandbox, self.name = sandbox, name

    def remove(self) -> None:
        self.sandbox.control('DELETE', f'rules/{self.name}')

    def __enter__(self) -> Rule:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self.remove()
        except Problem as why:
            # A rule with a ttl, or one that a reset has taken, is gone already.
            if why.status != 404:
                raise


class Inbox:
    """A receiver that is built into a sandbox."""

    def __init__(self, sandbox: Sandbox, name: str) -> None:
        self.sandbox, self.name = sandbox, name

    @property
    def url(self) -> str:
        return f'{self.sandbox.url}/__admin/inbox/{self.name}'

    def messages(self, *, wait: float | None = None, count: int | None = None, since: str | None = None) -> list[Message]:
        """What has arrived, oldest first. With `wait`, it waits these seconds at most until `count` are there."""
        span = None if wait is None else duration(timedelta(seconds=wait))
        told = self.sandbox.control('GET', f'inbox/{self.name}/messages', {'wait': span, 'count': count, 'since': since})
        return cast('list[Message]', told['messages'])

    def __iter__(self) -> Iterator[Message]:
        return iter(self.messages())

    def respond(self, *answers: int | str | Mapping[str, Any]) -> None:
        """How it answers: 500, 'timeout', {'status': 200, 'delay': '11s'}, ...; the last one again and again."""
        self.sandbox.control('PUT', f'inbox/{self.name}/script', {'respond': list(answers)})

    def clear(self) -> None:
        self.sandbox.control('DELETE', f'inbox/{self.name}/messages')
