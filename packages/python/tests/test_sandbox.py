"""A sandbox: its verbs, and what it says when something is not as expected."""

import subprocess
import threading
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import playmoney as package
from playmoney._control import written
from playmoney._program import find_program

from payouts import pay_out

PAYOUT = 'quantum-payouts.performPayout'


def order(shop: package.Sandbox, number: str = 'A-1') -> object:
    return pay_out(shop.base_url('quantum-payouts'), shop.credentials['quantum-payouts']['token'], number)


def test_it_has_addresses_and_keys(server: package.Server) -> None:
    with server.sandbox('checkout', seed=3) as shop:
        assert (shop.name, shop.url) == ('checkout', f'{server.url}/s/checkout')
        assert shop.base_url('quoine') == shop.env['QUOINE_BASE_URL'] == f'{server.url}/s/checkout/quoine'
        assert shop.credentials['quantapay']['api_key'] == shop.env['QUANTAPAY_API_KEY'] == 'qp_test_key_checkout'
        with pytest.raises(ValueError, match="no provider is named 'quione'"):
            shop.base_url('quione')
        with pytest.raises(package.Problem) as why:
            server.sandbox('checkout')
        assert (why.value.status, why.value.code) == (409, 'sandbox_exists')
    with pytest.raises(package.Problem, match='No sandbox is named `checkout`'):
        server.find('checkout')
    shop.delete()


def test_a_clock_that_is_given_stands(server: package.Server) -> None:
    moment = datetime(2026, 5, 1, 9, tzinfo=timezone.utc)
    for now in (moment, '2026-05-01T09:00:00Z'):
        with server.sandbox(now=now) as shop:
            assert (shop.clock['mode'], shop.now) == ('frozen', moment)


def test_a_scenario_is_loaded(server: package.Server) -> None:
    with server.sandbox(scenario='version: 1\nname: a shop\nclock: { now: 2026-02-01T00:00:00Z }\n') as shop:
        assert shop.now == datetime(2026, 2, 1, tzinfo=timezone.utc)
    with pytest.raises(package.Problem, match='the nearest is `version`') as why:
        server.sandbox(scenario='verion: 1\n')
    assert '1 | verion: 1' in str(why.value)


def test_time_passes(shop: package.Sandbox) -> None:
    start = shop.now
    assert shop.advance('31m')['now'] == '2026-01-01T00:31:00Z'
    shop.advance(timedelta(seconds=1.5))
    assert shop.now - start == timedelta(minutes=31, seconds=1.5)
    shop.advance(to=start + timedelta(days=1))
    assert shop.now - start == timedelta(days=1)
    shop.advance(to='2026-01-03T00:00:00Z')
    order(shop)
    assert shop.advance(until='next')['fired'][0]['subject'] == 'A-1'
    assert shop.advance(until='idle', limit=timedelta(hours=1))['now'] == '2026-01-03T00:00:05Z'
    with pytest.raises(TypeError, match="until='next', 'idle' or 'delivery'"):
        shop.advance()
    with pytest.raises(AssertionError, match='not a duration'):
        shop.advance('soon')


def test_a_walk_that_is_cut_goes_on(shop: package.Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    control = shop.control

    def cut(method: str, path: str, body: object = None, seconds_max: float = 1) -> object:
        asked.append(body)
        report = control(method, path, {'by': '10m'} if len(asked) == 1 else body)
        return {**report, **({'incomplete': True} if len(asked) == 1 else {})}

    monkeypatch.setattr(shop, 'control', cut)
    report = shop.advance('1h30m')
    assert (report['from'], report['now']) == ('2026-01-01T00:00:00Z', '2026-01-01T01:30:00Z')
    assert len(asked) == 2 and 'incomplete' not in report


def test_actions_and_webhooks(shop: package.Sandbox) -> None:
    inbox = shop.inbox()
    shop.webhooks_to(inbox.url)
    order(shop)
    acted = shop.act('quantum-payouts.settle', orderNumber='A-1', outcome='success')
    assert (acted['subject'], acted['status']) == ('A-1', 'success')
    assert shop.wait_for_webhook(provider='quantum-payouts', where={'body': {'payout.status': 'success'}}, status='delivered') == 1
    assert {it['signature'] for it in inbox.messages(wait=1, count=1)} == {'valid'}
    assert {it['status'] for it in shop.deliveries(provider='quantum-payouts', subject='A-1')} == {'delivered'}
    inbox.clear()
    assert list(inbox) == []
    with pytest.raises(package.Problem, match='The nearest is `settle`'):
        shop.act('quantum-payouts.settel', orderNumber='A-1')
    with pytest.raises(ValueError, match="'quoine.pay'"):
        shop.act('pay', invoice=1)


def test_decimals_stay_exact(shop: package.Sandbox) -> None:
    shop.act('qbitpay.set-price', symbol='BTC/USDT', ask=Decimal('65000.10'), bid=Decimal('65000.05'))
    assert written([Decimal('65000.10'), Decimal('1E+3'), '1.0', 'a decimal 2.0']) == b'[65000.10, 1000, "1.0", "a decimal 2.0"]'
    with pytest.raises(TypeError, match='cannot be written as JSON'):
        shop.act('quoine.pay', invoice=object())


def test_a_receiver_that_fails(shop: package.Sandbox) -> None:
    shop.webhooks_to(shop.inbox('slow').url)
    shop.inbox('slow').respond(500, 'timeout', {'status': 200})
    order(shop)
    shop.act('quantum-payouts.settle', orderNumber='A-1', outcome='success')
    shop.advance('1h')
    attempts = [it['status'] or it['error'] for delivery in shop.deliveries() for it in delivery['attempts']]
    assert attempts.count(500) == 1 and attempts.count('timeout') == 1 and 200 in attempts


def test_rules_come_and_go(shop: package.Sandbox) -> None:
    with shop.rule(PAYOUT, {'error': 'internal_error'}, when={'times': 1}):
        assert order(shop) == {'refused': 500}
        assert order(shop) != {'refused': 500}
    assert shop.control('GET', 'rules') == {'rules': []}
    with shop.rule(PAYOUT, {'error': 'internal_error'}):
        shop.reset()
    with pytest.raises(package.Problem, match='internal_error'):
        shop.rule(PAYOUT, {'error': 'internal_eror'})


def test_keys_rotate(shop: package.Sandbox) -> None:
    shop.rotate('quantum-payouts', token='new-token')
    assert shop.credentials['quantum-payouts']['token'] == shop.env['QUANTUM_PAYOUTS_TOKEN'] == 'new-token'
    assert pay_out(shop.base_url('quantum-payouts'), f'qm_test_token_{shop.name}') == {'refused': 401}
    assert 'refused' not in pay_out(shop.base_url('quantum-payouts'), 'new-token')


def test_settings_of_an_account(shop: package.Sandbox) -> None:
    assert shop.account('quoine', currency='EUR')['currency'] == 'EUR'
    assert shop.account('quoine')['currency'] == 'EUR'
    with pytest.raises(ValueError, match='no provider is named'):
        shop.account('quione')


def test_requests_are_verified(shop: package.Sandbox) -> None:
    order(shop)
    assert shop.verify(PAYOUT) == 1
    assert shop.verify(PAYOUT, {'body': {'orderNumber': 'A-1'}}) == 1
    assert shop.verify(PAYOUT, count={'at_least': 1}) == 1
    assert shop.wait(PAYOUT, {'status': 200}, timeout=0.5) == 1
    assert [it['operation'] for it in shop.requests(operation=PAYOUT, status=200)] == [PAYOUT]
    assert {it['code'] for it in shop.violations()} == {'missing_header'}, 'the client of this test sends no Accept'


def test_a_failed_verification_shows_the_nearest_and_the_timeline(shop: package.Sandbox) -> None:
    order(shop)
    with pytest.raises(package.NotVerified) as why:
        shop.verify(PAYOUT, {'body': {'orderNumber': 'A-2'}})
    text = str(why.value)
    assert isinstance(why.value, AssertionError) and why.value.matched == 0
    assert text.splitlines() == [
        f'{PAYOUT} was not called as expected: 0 requests fit, but the call expects exactly 1.',
        '',
        'The nearest:',
        f'  req-1 at 2026-01-01T00:00:00Z, {PAYOUT}, answered with 200',
        '    body.orderNumber: expected "A-2", but it is "A-1"',
        '    as expected: operation',
        '',
        f'Timeline of the sandbox {shop.name}:',
        f'  2026-01-01T00:00:00Z  request  {PAYOUT} A-1 200',
        *text.splitlines()[9:],
    ]
    with pytest.raises(package.NotVerified, match='expects at least 1'):
        shop.wait(PAYOUT, {'status': 500}, timeout=0.01)
    with pytest.raises(package.NotVerified, match=r"a webhook \(provider='quoine'\) was waited for: .*webhooks fit"):
        shop.wait_for_webhook(timeout=0.01, provider='quoine')
    with pytest.raises(package.Problem, match=f'the nearest is `{PAYOUT}`'):
        shop.verify(PAYOUT[:-1])


def test_the_timeline_is_bounded(shop: package.Sandbox) -> None:
    assert shop.timeline() == 'nothing has happened'
    for number in range(6):
        order(shop, f'A-{number}')
    lines = shop.timeline(lines_max=4).splitlines()
    assert len(lines) == 5 and lines[0].endswith(' earlier events are left out)') and 'A-5' in lines[-1]


def test_a_fork_parts(shop: package.Sandbox) -> None:
    order(shop)
    with shop.fork('a-fork') as fork:
        assert fork.name == 'a-fork'
        fork.advance('1h')
        assert (fork.now - shop.now) == timedelta(hours=1)
        assert len(fork.requests()) == 1
    with shop.fork() as unnamed:
        assert unnamed.name.startswith('sandbox-')


def test_state_and_reset(shop: package.Sandbox) -> None:
    shop.webhooks_to(shop.inbox().url)
    saved = shop.state()
    order(shop)
    shop.restore(saved)
    assert shop.requests() == []
    order(shop)
    shop.reset()
    assert shop.requests() == []
    assert shop.account('quantum-payouts')['webhook_url'] == shop.inbox().url, 'webhooks go where they went'


def test_a_reset_keeps_the_addresses_of_the_start(server: package.Server) -> None:
    scenario = 'version: 1\nname: a shop\nproviders: { quoine: { webhook_url: http://127.0.0.1:9/scenario } }\n'
    with server.sandbox(scenario=scenario) as shop:
        shop.reset()
        assert shop.account('quoine')['webhook_url'] == 'http://127.0.0.1:9/scenario'
    with server.sandbox(webhook_url='http://127.0.0.1:9/{provider}') as shop:
        shop.reset()
        assert shop.account('quoine')['webhook_url'] == 'http://127.0.0.1:9/quoine'


def test_a_server_that_is_gone_is_named() -> None:
    with package.Server() as server:
        shop = server.sandbox('gone')
    with pytest.raises(ConnectionError, match='the server is not there: it has ended'):
        shop.clock
    shop.delete()


def test_a_capsule_is_played_again(shop: package.Sandbox, tmp_path: Path) -> None:
    order(shop)
    shop.advance('1h')
    path = tmp_path / 'a.capsule'
    assert shop.save_capsule(path)
    replayed = subprocess.run([find_program(), 'capsule', 'replay', path], capture_output=True, text=True)
    assert replayed.returncode == 0, replayed.stderr
    assert replayed.stdout.startswith('same: '), replayed.stdout


class History(BaseHTTPRequestHandler):
    """A server that keeps a history."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == '/s/shop/__admin/capsule' else 404)
        self.end_headers()
        self.wfile.write(b'{"playmoney_capsule": 1}\n')

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_capsule_is_saved_if_the_program_keeps_one(tmp_path: Path) -> None:
    with ThreadingHTTPServer(('127.0.0.1', 0), History) as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        control = package.Server.at(f'http://127.0.0.1:{server.server_port}').control
        for name, is_saved in [('shop', True), ('other', False)]:
            path = tmp_path / f'{name}.capsule'
            assert package.Sandbox(control, {'name': name, 'env': {}, 'providers': {}}).save_capsule(path) is is_saved
            assert path.exists() is is_saved
        server.shutdown()
