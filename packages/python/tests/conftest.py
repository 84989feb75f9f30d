"""A server for the tests of the client, and pytest runs of their own for those of the plugin."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import playmoney as package

HERE = Path(__file__).parent.parent
INSTALLED = any(it.value == 'playmoney.pytest_plugin' for it in entry_points(group='pytest11'))


@pytest.fixture(scope='session')
def server() -> Iterator[package.Server]:
    with package.Server(clock='frozen', now='2026-01-01') as server:
        yield server


@pytest.fixture
def shop(server: package.Server) -> Iterator[package.Sandbox]:
    with server.sandbox(seed=1) as shop:
        yield shop


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Runs pytest, which knows nothing of this run: with workers in a process of its own, else in this one, which is faster."""
    for name in list(os.environ):
        if name.startswith(('PYTEST_XDIST', 'PLAYMONEY_')) and name != 'PLAYMONEY_BIN':
            monkeypatch.delenv(name)

    def run(*arguments: str, **files: str) -> pytest.RunResult:
        if files:
            pytester.makepyfile(**files)
        plugin = () if INSTALLED else ('-p', 'playmoney.pytest_plugin')
        start = pytester.runpytest_subprocess if '-n' in arguments else pytester.runpytest_inprocess
        return start(*plugin, *arguments)

    return run


@pytest.fixture(scope='session')
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the folder PLAYMONEY_DIST, which packages/dist has built. Without one, a wheel whose program only says where it is."""
    built = os.environ.get('PLAYMONEY_DIST')
    if built:
        (path,) = Path(built).glob('*.whl')
        return path
    folder = tmp_path_factory.mktemp('wheel')
    program = folder / 'program'
    program.write_text(f'#!/bin/sh\nexec "{package.find_program()}" "$@"\n')
    done = subprocess.run([sys.executable, HERE / 'wheel.py', program, '--out', folder], check=True, capture_output=True, text=True)
    return Path(done.stdout.strip())


@dataclass
class Installed:
    """An environment with the wheel, and a process that knows nothing else of this package."""

    python: Path
    env: dict[str, str]

    def run(self, *arguments: str | Path, folder: Path) -> 'subprocess.CompletedProcess[str]':
        return subprocess.run([self.python, *arguments], capture_output=True, text=True, cwd=folder, env=self.env, check=False)


@pytest.fixture(scope='session')
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An empty environment in which the wheel is installed. It sees the other packages of this one, because nothing is downloaded."""
    place = tmp_path_factory.mktemp('installed') / 'environment'
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', place], check=True)
    python = place / ('Scripts/python.exe' if sys.platform == 'win32' else 'bin/python')
    ask = [python, '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))']
    own = Path(subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip())
    (own / 'others.pth').write_text(sysconfig.get_path('purelib') + '\n')
    pip = [sys.executable, '-m', 'pip', '--python', python, 'install', '--quiet', '--disable-pip-version-check', '--no-index', '--no-deps']
    subprocess.run([*pip, '--ignore-installed', wheel], check=True)
    hidden = ('PLAYMONEY_', 'PYTEST_', 'PYTHONPATH')
    return Installed(python, {name: it for name, it in os.environ.items() if not name.startswith(hidden)})
