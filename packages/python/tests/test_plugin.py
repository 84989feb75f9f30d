"""The plugin, in runs of their own."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import playmoney as package

from test_server import ends, is_alive

PAYOUTS = (Path(__file__).parent / 'payouts.py').read_text('utf-8')
SHOP = '''
import datetime, json, os
from payouts import pay_out

HEARD = []

def pay(order='A-1'):
    return pay_out(os.environ['QUANTUM_PAYOUTS_BASE_URL'], os.environ['QUANTUM_PAYOUTS_TOKEN'], order)

def app(environ, start_response):
    event = json.loads(environ['wsgi.input'].read(int(environ['CONTENT_LENGTH'])))
    HEARD.append((environ['PATH_INFO'], event['payout']['status'], datetime.datetime.now(datetime.timezone.utc).isoformat()))
    start_response('200 OK', [])
    return []

def create_app():
    HEARD.clear()
    return app

async def asgi(scope, receive, send):
    if scope['type'] == 'lifespan':
        assert (await receive())['type'] == 'lifespan.startup'
        scope['state']['name'] = 'asgi'
        await send({'type': 'lifespan.startup.complete'})
        assert (await receive())['type'] == 'lifespan.shutdown'
        await send({'type': 'lifespan.shutdown.complete'})
        return
    body = (await receive())['body']
    now = datetime.datetime.now(datetime.timezone.utc).isoformat()
    HEARD.append((scope['path'], json.loads(body)['payout']['status'], now, scope['state']['name']))
    await send({'type': 'http.response.start', 'status': 200, 'headers': [(b'content-type', b'text/plain')]})
    await send({'type': 'http.response.body', 'body': b'ok'})
'''


def test_each_test_has_a_frozen_sandbox_of_its_own(run) -> None:
    result = run('-v', payouts=PAYOUTS, shop=SHOP, test_it='''
        import os, pytest, shop

        @pytest.mark.parametrize('order', ['A-1', 'A-2'])
        def test_pays(playmoney, order):
            assert playmoney.name.startswith(f'pays-{order.lower()}-')
            assert playmoney.clock['mode'] == 'frozen' and playmoney.clock['now'] == '2026-01-01T00:00:00Z'
            assert os.environ['QUANTUM_PAYOUTS_BASE_URL'] == playmoney.base_url('quantum-payouts')
            shop.pay(order)
            assert len(playmoney.requests()) == 1
            playmoney.advance('1h')
            assert [it['signature'] for it in playmoney.inbox()] == ['valid'] * 4

        def test_the_environment_is_restored(playmoney_server):
            assert 'QUANTUM_PAYOUTS_BASE_URL' not in os.environ and 'PLAYMONEY_URL' not in os.environ
            assert [it['name'] for it in playmoney_server.control.ask('GET', '/__admin/sandboxes')['sandboxes']] == ['default']

        @pytest.mark.playmoney(seed=9, now='2026-05-01T00:00:00Z')
        def test_with_wishes(playmoney):
            assert playmoney.now.month == 5
            assert playmoney.control('GET', 'clock')['mode'] == 'frozen'

        @pytest.mark.playmoney(scenario='version: 1\\nname: yen\\nproviders: { quoine: { webhook_url: "${inbox:shop}" } }')
        def test_with_a_scenario(playmoney):
            assert '//shop.inbox.' in playmoney.account('quoine')['webhook_url']

        @pytest.mark.playmoney(webhook_url='http://127.0.0.1:1/{provider}')
        def test_with_an_address_of_webhooks(playmoney):
            assert playmoney.account('quoine')['webhook_url'] == 'http://127.0.0.1:1/quoine'
    ''')
    result.assert_outcomes(passed=6)


def test_a_wrong_wish_is_explained(run) -> None:
    result = run(test_it='''
        import pytest
        @pytest.mark.playmoney(sed=9)
        def test_it(playmoney): pass
    ''')
    assert 'the marker playmoney takes seed, now' in result.stdout.str() and 'not sed' in result.stdout.str()


def test_a_failed_test_shows_its_timeline_once(run) -> None:
    result = run(payouts=PAYOUTS, shop=SHOP, test_it='''
        import shop
        def test_it(playmoney):
            shop.pay()
            playmoney.advance('1h')
            playmoney.verify('quantum-payouts.performPayout', {'body': {'amount': 999}})
    ''')
    result.assert_outcomes(failed=1)
    text = result.stdout.str()
    assert len(re.findall('-+ Playmoney timeline of it-[0-9a-f]{8} -+', text)) == 1
    assert 'Timeline of the sandbox' not in text
    assert '_sandbox.py' not in text, 'the code of this package is not of interest'
    result.stdout.fnmatch_lines([
        'E*NotVerified: quantum-payouts.performPayout was not called as expected: 0 requests fit, but the call expects exactly 1.',
        'E*body.amount: expected 999, but it is 1000',
        '*Playmoney timeline*',
        '2026-01-01T00:00:00Z  request  quantum-payouts.performPayout A-1 200',
        '2026-01-01T00:00:0?Z  timer    quantum-payouts A-1 * to *',
        '2026-01-01T00:00:0?Z  webhook  quantum-payouts payout.status_changed A-1, attempt 1: 200',
    ])


def test_a_failed_test_names_its_capsule_if_the_program_keeps_one(run, monkeypatch: pytest.MonkeyPatch) -> None:
    def save_capsule(sandbox: package.Sandbox, path: Path) -> bool:
        path.write_text(sandbox.name)
        return True

    monkeypatch.setattr(package.Sandbox, 'save_capsule', save_capsule)
    for variable, arguments in [('', ['--playmoney-capsules=capsules']), ('capsules', [])]:
        monkeypatch.setenv('PLAYMONEY_CAPSULES', variable)
        result = run(*arguments, test_it='def test_it(playmoney): assert False')
        result.stdout.re_match_lines([r'Its capsule: playmoney capsule replay .*/capsules/it-[0-9a-f]{8}\.capsule'])


def test_webhooks_of_an_application(run) -> None:
    files = {'payouts': PAYOUTS, 'shop': SHOP}
    test = '''
        import shop
        def test_it(playmoney):
            shop.pay()
            playmoney.advance('1h')
            assert {it[0] for it in shop.HEARD} == {'/hooks/quantum-payouts'}
            assert {it[1] for it in shop.HEARD} == {'uploaded', 'created', 'processing', 'success'} and shop.HEARD[-1][1] == 'success'
            assert playmoney.app and playmoney.app_url.startswith('http://127.0.0.1:')
            assert {it['status'] for it in playmoney.deliveries()} == {'delivered'}
    '''
    for app in ('shop:create_app', 'shop:app'):
        run('-o', f'playmoney_app={app}', '-o', 'playmoney_webhooks=/hooks/{provider}', **files, test_it=test).assert_outcomes(passed=1)


def test_webhooks_of_an_asgi_application(run) -> None:
    run('-o', 'playmoney_app=shop:asgi', payouts=PAYOUTS, shop=SHOP, test_it='''
        import shop
        def test_it(playmoney):
            shop.pay()
            playmoney.advance('1h')
            assert {(it[0], it[3]) for it in shop.HEARD} == {('/webhooks/quantum-payouts', 'asgi')}
            assert shop.HEARD[-1][1] == 'success'
    ''').assert_outcomes(passed=1)


def test_an_application_of_the_test(run) -> None:
    run(payouts=PAYOUTS, shop=SHOP, test_it='''
        import shop
        def test_it(playmoney):
            assert playmoney.serve(shop.app, webhooks='/told') == playmoney.app_url
            shop.pay()
            playmoney.advance('1h')
            assert {it[0] for it in shop.HEARD} == {'/told'}
    ''').assert_outcomes(passed=1)


@pytest.mark.parametrize('app', ['create_app', 'asgi'])
@pytest.mark.parametrize('without', ['freezegun', 'time_machine'])
def test_the_clock_of_the_test_follows(run, without: str, app: str) -> None:
    pytest.importorskip('freezegun' if without == 'time_machine' else 'time_machine')
    conftest = f'import sys; sys.modules[{without!r}] = None'
    options = ['-o', f'playmoney_app=shop:{app}', '-o', 'playmoney_follow_clock=true']
    run(*options, conftest=conftest, payouts=PAYOUTS, shop=SHOP, test_it='''
        import datetime, time, shop
        def test_it(playmoney):
            assert datetime.datetime.now(datetime.timezone.utc).isoformat() == '2026-01-01T00:00:00+00:00'
            shop.pay()
            playmoney.advance('1h')
            assert datetime.datetime.now(datetime.timezone.utc).isoformat() == '2026-01-01T01:00:00+00:00'
            deliveries = playmoney.deliveries()
            assert [it[2][:19] for it in shop.HEARD] == [it['attempts'][0]['at'][:19] for it in deliveries], shop.HEARD
            playmoney.reset()
            assert time.time() == 1767225600

        def test_it_is_over():
            assert datetime.datetime.now().year != 2026 or datetime.datetime.now().month != 1 or datetime.datetime.now().hour
    ''').assert_outcomes(passed=2)


def test_the_environment_before_the_application_is_imported(run) -> None:
    files = {
        'payouts': PAYOUTS,
        'early': '''
            import os
            from payouts import pay_out
            URL, TOKEN, API = os.environ['QUANTUM_PAYOUTS_BASE_URL'], os.environ['QUANTUM_PAYOUTS_TOKEN'], os.environ['SHOP_API']
            def pay(): return pay_out(URL, TOKEN)
        ''',
        'conftest': 'import early',
        'test_it': '''
            import early, os, pytest
            @pytest.mark.parametrize('number', range(6))
            def test_it(playmoney, number):
                early.pay()
                assert early.API == playmoney.base_url('quoine') + '/api/v1'
                assert len(playmoney.requests()) == 1 and playmoney.name.startswith('session-')

            def test_without_the_fixture(playmoney_server):
                early.pay()
                worker = os.environ.get('PYTEST_XDIST_WORKER', 'main')
                assert len(playmoney_server.find(f'session-{worker}').requests()) == 1
        ''',
    }
    options = ['-o', 'playmoney_env=session', '-o', 'playmoney_names=SHOP_API = {QUOINE_BASE_URL}/api/v1']
    run(*options, **files).assert_outcomes(passed=7)
    run(*options, '-n', '2', **files).assert_outcomes(passed=7)
    with package.Server() as server:
        run(*options, f'--playmoney-url={server.url}', **files).assert_outcomes(passed=7)
        assert [it['name'] for it in server.control.ask('GET', '/__admin/sandboxes')['sandboxes']] == ['default']


def test_the_environment_by_hand(run) -> None:
    options = ['-o', 'playmoney_env=none', '-o', 'playmoney_names=SHOP_API = {QUOINE_BASE_URL}/api/v1\nSHOP_SECRET = {QUOINE_SECRET}']
    run(*options, test_it='''
        import os
        def test_it(playmoney, monkeypatch):
            assert 'QUOINE_SECRET' not in os.environ and 'SHOP_API' not in os.environ
            playmoney.set_env(monkeypatch)
            assert os.environ['SHOP_API'] == playmoney.env['SHOP_API'] == playmoney.base_url('quoine') + '/api/v1'
            playmoney.rotate('quoine', secret='another-secret')
            playmoney.set_env(monkeypatch)
            assert os.environ['QUOINE_SECRET'] == os.environ['SHOP_SECRET'] == 'another-secret'
    ''').assert_outcomes(passed=1)


def test_wrong_options_are_explained(run) -> None:
    test = {'test_it': 'def test_it(playmoney): pass'}
    for option, said in [
        ('playmoney_env=never', 'playmoney_env is one of test, session, none, not never'),
        ('playmoney_names=SHOP = {QUONE}', "'QUONE' is not one of"),
        ('playmoney_webhooks=/hooks', 'playmoney_app names no application'),
        ('playmoney_app=shop', "'module:attribute'"),
    ]:
        result = run('-o', option, **test)
        assert said in result.stdout.str() + result.stderr.str(), option


PIDS = '''
    import os, pathlib, pytest, shop
    @pytest.mark.parametrize('number', range(8))
    def test_it(playmoney, playmoney_server, number):
        shop.pay()
        assert len(playmoney.requests()) == 1
        pathlib.Path('pids').mkdir(exist_ok=True)
        pathlib.Path('pids', f'{playmoney_server.url.rpartition(":")[2]}-{playmoney_server.pid}-{os.getpid()}').touch()
'''


def test_workers_share_a_server_and_it_ends_with_them(run, pytester: pytest.Pytester) -> None:
    run('-n', '3', payouts=PAYOUTS, shop=SHOP, test_it=PIDS).assert_outcomes(passed=8)
    pids = [it.name.split('-') for it in (pytester.path / 'pids').iterdir()]
    assert len({server for _, server, _ in pids}) == 1
    assert 2 <= len({worker for _, _, worker in pids})
    assert ends(int(pids[0][1]))


def test_a_run_alone_ends_its_server_too(run, pytester: pytest.Pytester) -> None:
    run(payouts=PAYOUTS, shop=SHOP, test_it=PIDS).assert_outcomes(passed=8)
    assert not is_alive(int(next((pytester.path / 'pids').iterdir()).name.split('-')[1]))


def test_a_run_without_the_fixture_starts_no_server(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('PLAYMONEY_BIN', '/nowhere')
    run('-n', '2', test_it='def test_it(): pass').assert_outcomes(passed=1)


@pytest.mark.skipif(sys.platform == 'win32', reason='Windows has no process groups of this kind')
@pytest.mark.parametrize('workers', ['0', '2'])
def test_a_run_that_is_killed_leaves_nothing_behind(run, pytester: pytest.Pytester, workers: str) -> None:
    run('--collect-only', '-q', test_it='''
        import pathlib, time
        def test_it(playmoney, playmoney_server):
            pathlib.Path('pid.new').write_text(str(playmoney_server.pid))
            pathlib.Path('pid.new').rename('pid')
            time.sleep(600)
    ''')
    command = [sys.executable, '-m', 'pytest', '-n', workers]
    if 'playmoney.pytest_plugin' in sys.modules and 'PYTHONPATH' in os.environ:
        command += ['-p', 'playmoney.pytest_plugin']
    with subprocess.Popen(command, cwd=pytester.path, start_new_session=True, stdout=subprocess.DEVNULL) as tests:
        told = pytester.path / 'pid'
        for _ in range(3000):
            if told.exists() or tests.poll() is not None:
                break
            time.sleep(0.01)
        pid = int(told.read_text())
        assert is_alive(pid)
        os.killpg(tests.pid, signal.SIGKILL)
    assert ends(pid)


def test_a_server_that_runs_already_is_used_and_left(run) -> None:
    test = {'test_it': '''
        def test_it(playmoney, playmoney_server):
            print('at', playmoney_server.url, playmoney.name)
    '''}
    with package.Server() as server:
        taken = server.sandbox(re.search('at .* (.*)', run('-s', f'--playmoney-url={server.url}', **test).stdout.str())[1])
        result = run('-s', f'--playmoney-url={server.url}', **test)
        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines([f'*at {server.url} {taken.name}--2'])
        assert [it['name'] for it in server.control.ask('GET', '/__admin/sandboxes')['sandboxes']] == ['default', taken.name]


@pytest.mark.skipif(sys.platform == 'win32', reason='Windows has no such signals')
def test_a_server_that_dies_ends_one_test_only(run) -> None:
    result = run('-p', 'no:randomly', payouts=PAYOUTS, shop=SHOP, test_it='''
        import os, shop, signal

        def test_first(playmoney, playmoney_server):
            os.kill(playmoney_server.pid, signal.SIGKILL)
            playmoney.advance('1h')

        def test_second(playmoney, playmoney_server):
            shop.pay()
            assert playmoney_server.url in playmoney.url and len(playmoney.requests()) == 1
    ''')
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(['E*ConnectionError: POST */clock/advance: the server is not there: the program was ended by signal 9*'])


def test_a_project_is_tested_from_another_folder(run, pytester: pytest.Pytester) -> None:
    project = pytester.mkdir('project')
    (project / 'pytest.ini').write_text('[pytest]\nplaymoney_app = elsewhere:create_app\n')
    app = 'def create_app(): return lambda environ, start_response: [start_response("200 OK", []) or b""]\n'
    (project / 'elsewhere.py').write_text(app)
    (project / 'tests').mkdir()
    (project / 'tests' / 'test_it.py').write_text('def test_it(playmoney): assert playmoney.app\n')
    run(str(project)).assert_outcomes(passed=1)


def test_an_application_that_is_not_there_is_named(run) -> None:
    result = run('-o', 'playmoney_app=shop:creat_app', payouts=PAYOUTS, shop=SHOP, test_it='def test_it(playmoney): pass')
    result.stdout.re_match_lines([r"E .*'shop:creat_app' names no application: .*shop\.py has no 'creat_app'"])


def test_without_the_program_each_test_says_so_in_a_few_lines(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('PLAYMONEY_BIN', '/nowhere/playmoney')
    test = {'test_it': 'def test_it(playmoney): pass\ndef test_too(playmoney_server): pass'}
    result = run(**test)
    result.assert_outcomes(errors=2)
    assert result.stdout.str().count('PLAYMONEY_BIN names /nowhere/playmoney, which is not a program that can be run') >= 2
    assert 'pytest_plugin.py' not in result.stdout.str()
    early = run('-o', 'playmoney_env=session', **test)
    assert early.ret == pytest.ExitCode.USAGE_ERROR
    early.stderr.fnmatch_lines(['ERROR: PLAYMONEY_BIN names /nowhere/playmoney, *'])


def test_a_server_that_is_not_there_is_named(run) -> None:
    result = run('--playmoney-url=http://127.0.0.1:9', test_it='def test_it(playmoney): pass')
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([
        'GET http://127.0.0.1:9/__admin/health: the server is not there: *',
        'The address comes from --playmoney-url or PLAYMONEY_URL.',
    ])


def test_a_server_of_another_version_is_told(run, monkeypatch: pytest.MonkeyPatch) -> None:
    test = {'test_it': 'def test_it(playmoney): pass\ndef test_too(playmoney): pass'}
    monkeypatch.setattr('playmoney.pytest_plugin.version_of_package', lambda: '99.0.0')
    result = run(**test)
    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.re_match_lines([r'.*UserWarning: the server is Playmoney \d+\.\d+\.\d+, and this package 99\.0\.0: some calls may be unknown'])
    monkeypatch.setattr('playmoney.pytest_plugin.version_of_package', lambda: None)
    run(**test).assert_outcomes(passed=2)
