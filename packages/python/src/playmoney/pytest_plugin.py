"""The pytest plugin. The fixture `playmoney` gives each test a sandbox of its own, on one server for all processes of a run."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sys
import tempfile
import uuid
import warnings
from collections.abc import Generator, Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ._apps import AppServer, load_app
from ._errors import Problem, ProgramNotFound, StartFailed
from ._server import Server

if TYPE_CHECKING:
    from ._sandbox import Sandbox

NOW = '2026-01-01T00:00:00Z'
RUN = 'PLAYMONEY_PYTEST_RUN'
MODES = ('test', 'session', 'none')
ARGUMENTS = ('seed', 'now', 'scenario', 'webhook_url', 'app', 'webhooks', 'follow_clock')


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup('playmoney', 'payment providers on a simulated clock')
    group.addoption('--playmoney-url', help='a server that runs already, in place of one for this run (PLAYMONEY_URL says it too)')
    capsules = 'where capsules of failed tests go (PLAYMONEY_CAPSULES says it too); default: in the cache folder of pytest'
    group.addoption('--playmoney-capsules', metavar='DIR', help=capsules)
    parser.addini('playmoney_env', "when addresses and keys are in os.environ: 'test' (default), 'session' or 'none'", default='test')
    parser.addini('playmoney_names', 'more names of the environment, a line each: SHOP_API = {QUOINE_BASE_URL}/api/v1', type='linelist')
    parser.addini('playmoney_app', 'the application that gets the webhooks, run in a thread: module:attribute, or a factory', default='')
    parser.addini('playmoney_webhooks', "where webhooks go: a path of the application, a URL, or 'inbox'", default='')
    parser.addini('playmoney_follow_clock', 'the date and time of the tests follow the clock of the sandbox', type='bool', default=False)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    # Here, because conftest files are imported next, and may import an application that reads its environment when it is imported.
    plugin = Plugin(early_config)
    early_config.stash[PLUGIN] = plugin
    if plugin.mode == 'session':
        plugin.set_session_env()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line('markers', f'playmoney({", ".join(ARGUMENTS)}): the sandbox of this test')


def pytest_unconfigure(config: pytest.Config) -> None:
    plugin = config.stash.get(PLUGIN, None)
    if plugin:
        plugin.close()


def plugin_of(config: pytest.Config) -> Plugin:
    # A plugin that a conftest file names is loaded too late for the hook above.
    if PLUGIN not in config.stash:
        config.stash[PLUGIN] = Plugin(config)
        if config.stash[PLUGIN].mode == 'session':
            config.stash[PLUGIN].set_session_env()
    return config.stash[PLUGIN]


def version_of_package() -> str | None:
    """Nothing when it is used from its source folder."""
    with contextlib.suppress(metadata.PackageNotFoundError):
        return metadata.version('playmoney')
    return None


class NotStarted(Exception):
    """No server can be had. The text says why."""


class Plugin:
    """What a process of the run keeps: the server, and the sandbox whose address the environment has."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.mode = str(config.getini('playmoney_env'))
        if self.mode not in MODES:
            raise pytest.UsageError(f'playmoney_env is one of {", ".join(MODES)}, not {self.mode}')
        self.worker = os.environ.get('PYTEST_XDIST_WORKER')
        # Sandboxes put PLAYMONEY_URL into the environment, so that it is read once.
        self.url = os.environ.get('PLAYMONEY_URL')
        self.run = self.run_id()
        self.env = pytest.MonkeyPatch()
        self.server: Server | None = None
        self.failure: str | None = None

    def run_id(self) -> str:
        """The same for all processes of a run on this machine. The first process chooses it; what it starts inherits it."""
        if self.worker:
            return os.environ.get(RUN) or os.environ['PYTEST_XDIST_TESTRUNUID']
        os.environ[RUN] = run = uuid.uuid4().hex
        return run

    def folder(self) -> Path:
        """The run's own, known before pytest's folder for temporary files is, and to workers on other machines as well."""
        user = os.getuid() if sys.platform != 'win32' else ''
        key = hashlib.sha256(f'{user} {self.run}'.encode()).hexdigest()[:20]
        return Path(tempfile.gettempdir()) / f'playmoney-{key}'

    def start(self) -> Server:
        """Raises NotStarted, the same again for each test, because a second try would take as long as the first."""
        if self.failure:
            raise NotStarted(self.failure)
        try:
            self.server = self.server or self.begin()
            # A test that ends the server must not end all tests behind it.
            self.server.revive()
        except (ProgramNotFound, StartFailed, ConnectionError) as why:
            self.failure = str(why)
            raise NotStarted(self.failure) from None
        return self.server

    def begin(self) -> Server:
        url = self.config.getoption('playmoney_url', None) or self.url
        if url:
            server = Server.at(url, os.environ.get('PLAYMONEY_ADMIN_TOKEN'))
        else:
            server = Server.shared(self.folder(), clock='frozen', now=NOW)
        try:
            version = server.control.ask('GET', '/__admin/health')['version']
        except ConnectionError as why:
            raise StartFailed(f'{why}\nThe address comes from --playmoney-url or PLAYMONEY_URL.' if url else str(why)) from None
        own = version_of_package()
        if own and own != version:
            warnings.warn(f'the server is Playmoney {version}, and this package {own}: some calls may be unknown to it', stacklevel=2)
        return server

    def session_name(self) -> str:
        return f'session-{self.worker or "main"}'

    def set_session_env(self) -> None:
        try:
            server = self.start()
        except NotStarted as why:
            raise pytest.UsageError(str(why)) from None
        sandbox = make(server, self.session_name(), replaces=True)
        self.add_names(sandbox)
        sandbox.set_env(self.env)

    def add_names(self, sandbox: Sandbox) -> None:
        """Adds the names of playmoney_names to the sandbox's environment."""
        for line in self.config.getini('playmoney_names'):
            name, equals, text = (it.strip() for it in line.partition('='))
            if not equals:
                raise pytest.UsageError(f'playmoney_names has lines such as SHOP_API = {{QUOINE_BASE_URL}}/api/v1, not {line!r}')
            try:
                sandbox.env[name] = text.format_map(sandbox.env)
            except (KeyError, ValueError, IndexError) as why:
                raise pytest.UsageError(f'playmoney_names, {line!r}: {why} is not one of {", ".join(sandbox.env)}') from None
            sandbox._names[name] = text

    def close(self) -> None:
        self.env.undo()
        if self.mode == 'session' and self.server and self.server.pid is None:
            # A server that runs already would keep it.
            with contextlib.suppress(ConnectionError, Problem):
                self.server.find(self.session_name()).delete()
        if not self.worker:
            os.environ.pop(RUN, None)
            if self.server:
                self.server.stop()
        # A worker of pytest-xdist holds the server until its process ends, because other workers may not have begun.


PLUGIN = pytest.StashKey[Plugin]()
SANDBOX = pytest.StashKey['Sandbox']()


def started(request: pytest.FixtureRequest) -> Server:
    try:
        return plugin_of(request.config).start()
    except NotStarted as why:
        reason = str(why)
    # Its text is all that a reader needs, once for each test.
    pytest.fail(reason, pytrace=False)


@pytest.fixture(scope='session')
def playmoney_server(request: pytest.FixtureRequest) -> Server:
    """The server of the run."""
    return started(request)


@pytest.fixture
def playmoney(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A frozen sandbox of the test's own, named after it."""
    plugin, wishes = plugin_of(request.config), wishes_of(request)
    server = started(request)
    app_name = wishes.pop('app', None) or request.config.getini('playmoney_app')
    target = wishes.pop('webhooks', None) or request.config.getini('playmoney_webhooks')
    if not target and not app_name and 'scenario' in wishes:
        wishes.setdefault('webhook_url', None)  # they go where the scenario says
    target = str(target or ('/webhooks/{provider}' if app_name else 'inbox'))
    follows = wishes.pop('follow_clock', None)
    follows = bool(request.config.getini('playmoney_follow_clock')) if follows is None else bool(follows)
    name = plugin.session_name() if plugin.mode == 'session' else name_of(request.node.nodeid)
    with contextlib.ExitStack() as stack:
        # Undone last, because the application may read its environment until the last webhook has come.
        env = stack.enter_context(pytest.MonkeyPatch.context())
        sandbox: Sandbox | None = None
        app = stack.enter_context(AppServer(before=lambda: sandbox._follow() if sandbox else None)) if app_name else None
        if 'webhook_url' not in wishes:
            wishes['webhook_url'] = url_of(target, app, server)
        sandbox = make(server, name, replaces=plugin.mode == 'session', **wishes)
        if plugin.mode == 'session':
            # For tests without the fixture, whose application has the same addresses.
            stack.callback(make, server, name)
        stack.callback(sandbox.delete)
        sandbox._shows_timeline = False  # the report of the test shows it
        request.node.stash[SANDBOX] = sandbox
        plugin.add_names(sandbox)
        if plugin.mode == 'test':
            sandbox.set_env(env)
        if follows:
            sandbox.follow_clock()
        if app:
            loaded: Any = load_app(app_name, request.config.rootpath) if isinstance(app_name, str) else app_name
            app.load(loaded)
            sandbox._attach(app, loaded)
        yield sandbox


def wishes_of(request: pytest.FixtureRequest) -> dict[str, Any]:
    marker = request.node.get_closest_marker('playmoney')
    wishes: dict[str, Any] = dict(marker.kwargs) if marker else {}
    unknown = ', '.join(sorted(set(wishes) - set(ARGUMENTS)))
    if unknown or (marker and marker.args):
        raise pytest.UsageError(f'the marker playmoney takes {", ".join(ARGUMENTS)} by name, not {unknown or marker.args}')
    return wishes


def url_of(target: str, app: AppServer | None, server: Server) -> str:
    """The address of webhooks; `make` replaces {sandbox}."""
    if target == 'inbox':
        return f'{server.url}/s/{{sandbox}}/__admin/inbox/webhooks'
    if target.startswith('/'):
        if not app:
            raise pytest.UsageError(f'playmoney_webhooks is the path {target}, but playmoney_app names no application')
        return app.url + target
    return target


def make(server: Server, name: str, replaces: bool = False, **wishes: Any) -> Sandbox:
    """Makes a sandbox. A name that exists belongs to an earlier sandbox of this test, or to another run on a server that runs already."""
    if 'now' not in wishes and 'scenario' not in wishes:
        wishes['now'] = NOW
    if replaces:
        with contextlib.suppress(Problem):
            server.find(name).delete()
    target = wishes.pop('webhook_url', None)
    for number in range(2, 100):
        try:
            return server.sandbox(name, webhook_url=target and target.replace('{sandbox}', name), **wishes)
        except Problem as why:
            if why.code != 'sandbox_exists':
                raise
            name = f'{re.sub(r"--[0-9]+$", "", name)[:59]}--{number}'
    raise AssertionError(f'the server has too many sandboxes that are named {name}')


def name_of(nodeid: str) -> str:
    """The name of a test's sandbox: the test's own, and a few digits that tell it from tests with a similar name."""
    test = nodeid.rpartition('::')[2]
    readable = re.sub(r'[^a-z0-9]+', '-', test.lower()).strip('-').removeprefix('test-')
    digits = hashlib.sha256(nodeid.encode()).hexdigest()[:8]
    return f'{readable[:54].strip("-")}-{digits}'.lstrip('-')


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    report = yield
    sandbox = item.stash.get(SANDBOX, None)
    if sandbox and report.failed and call.when in ('setup', 'call'):
        with contextlib.suppress(ConnectionError, Problem):
            text = sandbox.timeline()
            capsule = save_capsule(item, sandbox)
            named = f'\nIts capsule: playmoney capsule replay {capsule}' if capsule else ''
            report.sections.append((f'Playmoney timeline of {sandbox.name}', text + named))
    return report


def save_capsule(item: pytest.Item, sandbox: Sandbox) -> Path | None:
    """The history of a failed test's sandbox, as a file that `playmoney capsule replay` plays."""
    chosen = item.config.getoption('playmoney_capsules', None) or os.environ.get('PLAYMONEY_CAPSULES')
    # None without pytest's plugin `cacheprovider`.
    cache: Any = getattr(item.config, 'cache', None)
    if not chosen and not cache:
        return None
    folder = Path(item.config.invocation_params.dir, chosen) if chosen else Path(cache.mkdir('playmoney'))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f'{sandbox.name}.capsule'
    return path if sandbox.save_capsule(path) else None
