"""The time of a process follows the clock of a sandbox."""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import playmoney as package

BEGINS = datetime(2026, 1, 1, tzinfo=timezone.utc)
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextmanager
def opened(shop: package.Sandbox, *words: str) -> Iterator[Callable[[str], Any]]:
    """The shop in a process of its own. What is yielded asks it what has happened."""
    path = os.pathsep.join([str(Path(package.__file__).parent.parent), os.environ.get('PYTHONPATH', '')])
    env = {**os.environ, **shop.env, 'PLAYMONEY_SANDBOX': shop.name, 'PYTHONPATH': path}
    command = [sys.executable, str(Path(__file__).parent / 'clock_shop.py'), *words]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = process.stdout.readline().strip()

        def ask(path: str) -> Any:
            with OPENER.open(url + path, timeout=60) as answer:
                return json.load(answer)

        try:
            yield ask
        finally:
            process.kill()


def eventually(holds: Callable[[], bool]) -> None:
    # Counted, because freezegun stops all clocks.
    for _ in range(30_000):
        if holds():
            return
        time.sleep(0.002)
    raise AssertionError('it never came')


def at(minutes: int, seconds: int = 0) -> str:
    return (BEGINS + timedelta(minutes=minutes, seconds=seconds)).isoformat()


@pytest.mark.parametrize('job', ['on_move', 'thread'])
@pytest.mark.parametrize('module', ['time_machine', 'freezegun'])
def test_an_application_s_own_job_and_the_webhook_come_in_the_same_second(shop: package.Sandbox, module: str, job: str) -> None:
    pytest.importorskip(module)
    with opened(shop, module, job) as ask:
        ask('/orders')
        shop.advance('29m59s')
        if job == 'thread':
            eventually(lambda: bool(ask('/')['looked_at'] == at(29, 59)))
        assert (ask('/')['happened'], ask('/')['now']) == ([f'sold 201 {at(0)}'], at(29, 59))
        shop.advance('1s')
        eventually(lambda: len(ask('/')['happened']) == 3)
        assert sorted(ask('/')['happened'][1:]) == [f'cancelled {at(30)}', f'order.expired {at(30)}']
        if job == 'on_move':
            # Also within one long walk, which goes on as soon as the webhook is answered.
            ask('/orders')
            shop.advance('1d')
            assert ask('/')['happened'][3:] == [f'sold 201 {at(30)}', f'cancelled {at(60)}', f'order.expired {at(60)}']
        assert ask('/stop')['now'] > at(2 * 1440)


@pytest.mark.parametrize('without', ['freezegun', 'time_machine'])
def test_it_follows_what_others_do_to_the_clock(server: package.Server, shop: package.Sandbox, monkeypatch: pytest.MonkeyPatch, without: str) -> None:
    pytest.importorskip('freezegun' if without == 'time_machine' else 'time_machine')
    monkeypatch.setitem(sys.modules, without, None)
    other, moves, threads = server.find(shop.name), [], threading.active_count()
    shop.follow_clock(on_move=moves.append)
    assert datetime.now(timezone.utc) == BEGINS
    other.advance('1h')
    eventually(lambda: datetime.now(timezone.utc) == BEGINS + timedelta(hours=1))
    assert moves == [BEGINS + timedelta(hours=1)]
    other.control('POST', 'clock/scale', {'rate': 3600})
    eventually(lambda: datetime.now(timezone.utc) > BEGINS + timedelta(hours=2))
    other.control('POST', 'clock/freeze')
    shop.act('quantum-payouts.manual-payout', amount=100, pan='4111111111111111')
    assert datetime.now(timezone.utc) == shop.now
    other.reset()
    eventually(lambda: datetime.now(timezone.utc) == BEGINS)
    shop.delete()
    assert datetime.now(timezone.utc) > BEGINS + timedelta(days=1)
    assert threading.active_count() == threads, 'its threads have ended'


def test_a_job_that_fails_is_logged_and_the_time_goes_on(server: package.Server, shop: package.Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip('time_machine')

    def fails(now: datetime) -> None:
        raise KeyError('a job')

    other = server.find(shop.name)
    shop.follow_clock(on_move=fails)
    for hours in (1, 2):
        other.advance('1h')
        eventually(lambda hours=hours: datetime.now(timezone.utc) == BEGINS + timedelta(hours=hours))
    eventually(lambda: len(caplog.records) == 2)
    assert [(it.name, it.exc_info and it.exc_info[0]) for it in caplog.records] == [('playmoney', KeyError)] * 2


def test_a_server_that_is_gone_is_told_once_and_the_time_stays_until_it_is_back(caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip('time_machine')
    begins = BEGINS.isoformat().replace('+00:00', 'Z')
    with package.Server(clock='frozen', now=begins) as own:
        url = own.url
        clock = package.follow_clock(url)
    try:
        eventually(lambda: len(caplog.records) == 1)
        clock.look()
        said = caplog.records[0].getMessage()
        assert said.startswith('the clock of the sandbox cannot be read (') and f'the time of this process stays {BEGINS.isoformat()}' in said
        assert (datetime.now(timezone.utc), len(caplog.records)) == (BEGINS, 1)
        with package.Server(clock='frozen', now='2026-01-02T00:00:00Z', listen=url.removeprefix('http://')):
            eventually(lambda: len(caplog.records) == 2)
            assert caplog.records[1].getMessage() == 'the clock of the sandbox can be read again'
            eventually(lambda: datetime.now(timezone.utc) == BEGINS + timedelta(days=1))
            clock.stop()
    finally:
        clock.stop()


def test_what_cannot_be_followed_is_said(server: package.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(package.Problem, match='No sandbox is named `nothing`'):
        package.follow_clock(server.url, sandbox='nothing')
    with pytest.raises(ConnectionError):
        package.follow_clock('http://127.0.0.1:1')
    for module in ('time_machine', 'freezegun'):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match='install time-machine or freezegun'):
        package.follow_clock(server.url)
    assert datetime.now(timezone.utc) > BEGINS + timedelta(days=1), 'and the time is the real one'


def test_applications_have_the_time_in_each_request(shop: package.Sandbox) -> None:
    import asyncio

    seen: list[datetime] = []
    clock = package.Follower(shop._control)
    with clock:
        shop.advance('1m')
        assert clock.wsgi(lambda environ, start_response: seen.append(datetime.now(timezone.utc)) or [b'']) ({}, None) == [b'']

        async def app(scope: Any, receive: Any, send: Any) -> None:
            seen.append(datetime.now(timezone.utc))

        shop.advance('1m')
        asyncio.run(clock.asgi(app)({'type': 'http'}, None, None))
        asyncio.run(clock.asgi(app)({'type': 'lifespan'}, None, None))
    assert seen == [BEGINS + timedelta(minutes=it) for it in (1, 2, 2)]
