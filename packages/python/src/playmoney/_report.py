"""What people read when a test fails."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ._control import Control

# The stream of events has no end. All that has happened is there at once; this is for what is not told.
PAUSE_SECONDS = 2.0
UNTOLD = ('delivery', 'attempt', 'answer')


def not_verified(what: str, document: Mapping[str, Any]) -> str:
    """Why requests or webhooks do not fit, and the nearest of them, each criterion with both values."""
    lines = [f'{what}: {document.get("detail")}']
    if document.get('timed_out'):
        lines.append('The wait has ended without it.')
    nearest: list[dict[str, Any]] = document.get('nearest') or []
    if nearest:
        lines += ['', 'The nearest:']
    for it in nearest:
        lines.append(f'  {named(it)}')
        lines += [f'    {of["criterion"]}: expected {of["expected"]}, but it is {of["actual"]}' for of in it['criteria'] if not of['met']]
        met = ', '.join(str(of['criterion']) for of in it['criteria'] if of['met'])
        lines += [f'    as expected: {met}'] if met else []
    return '\n'.join(lines)


def listed(criteria: Mapping[str, Any]) -> str:
    return ', '.join(f'{name}={value!r}' for name, value in criteria.items()) or 'any'


def named(it: Mapping[str, Any]) -> str:
    if 'delivery' in it:
        webhook = it['delivery']
        return f'{webhook["id"]} at {webhook["created_at"]}, {webhook["event"]}, {webhook["status"]}'
    request = it['request']
    status = (request['response'] or {}).get('status', 'nothing')
    return f'{request["id"]} at {request["at"]}, {request["operation"]}, answered with {status}'


def timeline(control: Control, lines_max: int) -> str:
    """A line an event, each with the simulated time.

    Left out are blocks that only count confirmations, deliveries and attempts, whose outcome follows, and steps of the clock behind
    which nothing happened.
    """
    events = [it for it in entries(control) if is_told(it)]
    shown = [it for it, after in zip(events, [*events[1:], {}]) if it.get('kind') != 'clock' or after.get('kind') != 'clock']
    lines = [f'{it.get("at", ""):20}  {it.get("kind", ""):7}  {sentence(it)}' for it in shown]
    left_out = len(lines) - lines_max
    first = [f'({left_out} earlier events are left out)'] if 0 < left_out else []
    return '\n'.join([*first, *lines[-lines_max:]]) or 'nothing has happened'


def entries(control: Control) -> list[dict[str, Any]]:
    """All events so far. A first look says how many there are, the second reads that far."""
    ids = (it for it in control.lines('/__admin/events', PAUSE_SECONDS) if it.startswith('id:'))
    last = int(next(ids, 'id: 0')[3:].strip().partition('-')[0])
    found: list[dict[str, Any]] = []
    if last:
        for line in control.lines('/__admin/events?since=0', PAUSE_SECONDS):
            if line.startswith('data:'):
                found.append(json.loads(line[5:]))
                if last <= found[-1].get('sequence', 0):
                    break
    return found


def is_told(it: Mapping[str, Any]) -> bool:
    only_counts = it.get('kind') == 'block' and ' to ' not in str(it.get('detail'))
    return it.get('kind') not in UNTOLD and not only_counts


def sentence(it: Mapping[str, Any]) -> str:
    rule = f' (rule {it["rule"]})' if it.get('rule') else ''
    kind, provider, subject = it.get('kind'), it.get('provider'), it.get('subject')
    if kind == 'request':
        return words(it.get('operation') or it.get('message'), subject, it.get('status')) + rule
    if kind == 'change':
        return f'{words(provider, subject)}: {it.get("from")} to {it.get("to")} ({it.get("cause")})'
    if kind == 'webhook':
        outcome = it.get('status') or it.get('error') or 'without an answer'
        hint = f'; {it["hint"]}' if it.get('hint') else ''
        return f'{words(provider, it.get("event"), subject)}, attempt {it.get("attempt")}: {outcome}{hint}{rule}'
    return words(provider, subject, it.get('detail') or it.get('message')) + rule


def words(*parts: object) -> str:
    return ' '.join(str(it) for it in parts if it not in (None, ''))
