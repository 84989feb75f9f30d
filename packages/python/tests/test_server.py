"""The server: where the program is found, how it starts, and that it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import playmoney as package


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def ends(pid: int) -> bool:
    """Whether a process ends; the limit is only there for a test that fails."""
    for _ in range(3000):
        if not is_alive(pid):
            return True
        time.sleep(0.01)
    return False


def test_it_ends_with_its_block() -> None:
    with package.Server(clock='frozen') as server:
        pid = server.pid
        assert pid and is_alive(pid)
        assert server.find().clock['mode'] == 'frozen'
    assert not is_alive(pid)
    with pytest.raises(RuntimeError, match='does not run'):
        server.sandbox()


def test_it_can_be_started_again() -> None:
    server = package.Server().start()
    first = server.url
    server.stop()
    server.stop()
    with server:
        assert server.url != first or server.pid


def test_flags_are_those_of_the_command() -> None:
    with package.Server(clock='frozen', now='2026-03-01', seed=7, no_evidence_header=True, show_secrets=False, admin_token='secret',
                        webhook_allow=['127.0.0.0/8', '::1/128']) as server:
        shop = server.find()
        assert shop.now.isoformat() == '2026-03-01T00:00:00+00:00'
        with pytest.raises(package.Problem, match='401'):
            package.Server.at(server.url).sandbox()
        assert package.Server.at(server.url, 'secret').sandbox('other').name == 'other'


def test_a_server_with_tls_is_trusted(tmp_path: Path) -> None:
    with package.Server(tls=True, tls_dir=str(tmp_path)) as server:
        assert server.url.startswith('https://') and server.ca_file == str(tmp_path / 'ca.pem')
        with server.sandbox(now='2026-03-01T00:00:00Z') as sandbox:
            assert sandbox.clock['now'] == '2026-03-01T00:00:00Z'
            assert sandbox.env['QUOINE_BASE_URL'].startswith(server.url)
        assert package.Server.at(server.url, ca_file=server.ca_file).find().name == 'default'
        with pytest.raises(ConnectionError):
            package.Server.at(server.url).find()


def test_a_scenario_is_a_file(tmp_path: Path) -> None:
    scenario = tmp_path / 'shop.yaml'
    scenario.write_text('version: 1\nname: a shop\nproviders:\n  quoine: { currency: JPY }\n')
    with package.Server(scenario=scenario) as server:
        assert server.find().account('quoine')['currency'] == 'JPY'


def test_a_wrong_flag_is_explained_by_the_program() -> None:
    with pytest.raises(package.StartFailed, match="a similar argument exists: '--clock'"):
        package.Server(clok='frozen').start()


def test_the_ready_file_is_taken() -> None:
    with pytest.raises(TypeError, match='ready file of its own'):
        package.Server(ready_file='ready.json')


def test_variables_do_not_choose_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('PLAYMONEY_PORT', '1')
    with package.Server() as server:
        assert not server.url.endswith(':1')


@pytest.mark.skipif(sys.platform == 'win32', reason='Windows has no such signals')
@pytest.mark.parametrize('how', ['SIGTERM', 'SIGKILL'])
def test_it_ends_when_its_process_is_killed(how: str) -> None:
    script = 'import playmoney, time; print(playmoney.Server().start().pid, flush=True); time.sleep(600)'
    with subprocess.Popen([sys.executable, '-c', script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        pid = int(process.stdout.readline())
        assert is_alive(pid)
        process.send_signal(getattr(signal, how))
    assert ends(pid)


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='only where processes can be forked')
def test_a_forked_child_does_not_end_it() -> None:
    with package.Server() as server:
        child = os.fork()
        if not child:
            server.stop()
            os._exit(0)
        os.waitpid(child, 0)
        assert server.find().name == 'default'


def test_a_named_program_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('PLAYMONEY_BIN', '/nowhere/playmoney')
    with pytest.raises(package.ProgramNotFound, match='PLAYMONEY_BIN names /nowhere/playmoney'):
        package.find_program()


def test_what_was_tried_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv('PLAYMONEY_BIN', raising=False)
    monkeypatch.setenv('PATH', str(tmp_path))
    monkeypatch.setattr('playmoney._program.of_this_package', lambda: iter([tmp_path / 'bin' / 'playmoney']))
    with pytest.raises(package.ProgramNotFound) as why:
        package.find_program()
    assert 'PLAYMONEY_BIN (not set)' in str(why.value)
    assert str(tmp_path / 'bin' / 'playmoney') in str(why.value)
    assert 'playmoney on PATH' in str(why.value)


def test_the_one_of_the_package_comes_before_the_one_on_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for folder in ('package', 'path'):
        program = tmp_path / folder / 'playmoney'
        program.parent.mkdir()
        program.touch(0o755)
    monkeypatch.delenv('PLAYMONEY_BIN', raising=False)
    monkeypatch.setenv('PATH', str(tmp_path / 'path'))
    monkeypatch.setattr('playmoney._program.of_this_package', lambda: iter([tmp_path / 'package' / 'playmoney']))
    assert package.find_program() == str(tmp_path / 'package' / 'playmoney')
    monkeypatch.setattr('playmoney._program.of_this_package', lambda: iter([]))
    assert package.find_program() == str(tmp_path / 'path' / 'playmoney')


def test_python_m_runs_the_program() -> None:
    done = subprocess.run([sys.executable, '-m', 'playmoney', '--version'], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.startswith('playmoney '), done
    wrong = subprocess.run([sys.executable, '-m', 'playmoney', 'srve'], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2 and 'serve' in wrong.stderr, wrong


def test_a_server_that_speaks_tls_is_trusted(tmp_path: Path) -> None:
    try:
        server = package.Server(tls=True, tls_dir=str(tmp_path)).start()
    except package.StartFailed as why:
        if "unexpected argument '--tls'" not in str(why):
            raise
        pytest.skip('this program does not speak TLS')
    with server:
        assert server.url.startswith('https://')
        with server.sandbox(now='2026-01-01T00:00:00Z') as shop:
            assert shop.advance('31m')['now'] == '2026-01-01T00:31:00Z'
            assert shop.timeline().startswith('2026-01-01T')
