"""A server for the tests of the client, and pytest runs of their own for those of the plugin."""

import os
import subprocess
import sys
from collections.abc import Iterator
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
    """A wheel with a program that only says where it is: packing the real one takes seconds."""
    folder = tmp_path_factory.mktemp('wheel')
    program = folder / 'program'
    program.write_text(f'#!/bin/sh\nexec "{package.find_program()}" "$@"\n')
    done = subprocess.run([sys.executable, HERE / 'wheel.py', program, '--out', folder], check=True, capture_output=True, text=True)
    return Path(done.stdout.strip())


@pytest.fixture(scope='session')
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process that finds the installed wheel, and nothing else of this package."""
    place = tmp_path_factory.mktemp('installed')
    pip = [sys.executable, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-index', '--no-deps']
    subprocess.run([*pip, '--target', place, wheel], check=True)
    known = {name: it for name, it in os.environ.items() if not name.startswith(('PLAYMONEY_', 'PYTEST_XDIST'))}
    return {**known, 'PYTHONPATH': str(place)}
