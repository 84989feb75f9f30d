"""Small things: durations, moments, names, flags."""

from datetime import datetime, timedelta, timezone

import pytest

from playmoney._control import moment_of, span_of
from playmoney._server import arguments
from playmoney.pytest_plugin import name_of


@pytest.mark.parametrize(('text', 'seconds'), [
    ('31m', 1860), ('1h30m', 5400), ('PT31M', 1860), ('P1DT2H', 93_600), ('90s', 90), ('1.5s', 1.5), ('100ms', 0.1), ('2min', 120),
    ('1h 30m', 5400), ('1w', 604_800), ('30D', 2_592_000),
])
def test_durations(text: str, seconds: float) -> None:
    assert span_of(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize('text', ['soon', '90', '1 year'])
def test_other_durations_are_left_to_the_server(text: str) -> None:
    assert span_of(text) is None


@pytest.mark.parametrize(('text', 'moment'), [
    ('2026-01-01T00:00:00Z', datetime(2026, 1, 1, tzinfo=timezone.utc)),
    ('2026-01-01T00:00:00.5Z', datetime(2026, 1, 1, microsecond=500_000, tzinfo=timezone.utc)),
    ('2026-01-01T00:00:00.906208541Z', datetime(2026, 1, 1, microsecond=906_208, tzinfo=timezone.utc)),
])
def test_moments(text: str, moment: datetime) -> None:
    assert moment_of(text) == moment


def test_flags() -> None:
    written = arguments({'clock': 'frozen', 'webhook_allow': ['a', 'b'], 'tls': True, 'watch': False, 'seed': 7, 'now': None})
    assert written == ['--clock=frozen', '--webhook-allow=a', '--webhook-allow=b', '--tls', '--seed=7']


def test_names_of_sandboxes_are_valid_and_differ() -> None:
    ids = [
        't/test_shop.py::test_paid', 't/test_shop.py::test_paid[0.1]', 't/test_shop.py::test_paid[0-1]', 't/test_shop.py::test_Paid',
        't/test_more.py::test_paid', 't/test_shop.py::TestPaid::test_paid', f't/test_shop.py::test_{"long" * 40}',
        f't/test_shop.py::test_{"long" * 41}', 't/test_shop.py::test_zahlung_ä[€]', 't/test_shop.py::test_', 'test_a.py::test_[--]',
    ]
    names = [name_of(it) for it in ids]
    assert len(set(names)) == len(ids)
    for name in names:
        assert 1 <= len(name) <= 63 and set(name) <= set('abcdefghijklmnopqrstuvwxyz0123456789-') and name[0] != '-'
    assert names[1].startswith('paid-0-1-')
