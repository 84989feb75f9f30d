"""A server for the tests of the client, and pytest runs of their own for those of the plugin."""

import os
from collections.abc import Iterator
from importlib.metadata import entry_points

import pytest

import playmoney as package

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
