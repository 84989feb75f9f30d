"""What people read when a test fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ._control import Control

# The stream of events has no end. All that has happened is there at once; this is for what is not told.
PAUSE_SECONDS = 2.0
BODY_CHARACTERS_MAX = 300


def not_verified(document: Mapping[str, Any], criteria: Mapping[str, Any]) -> str:
    """Why requests or webhooks do not fit, and the nearest of them, each criterion with both values."""
    asked = ', '.join(f'{name}={value!r}' for name, value in criteria.items() if name != 'operation')
    lines = [str(document.get('detail')), f'  expected: {criteria.get("operation", "a webhook")}' + (f' with {asked}' if asked else '')]
    for it in document.get('nearest', []):
        lines.append(f'  nearest: {named(it)}')
        for criterion in it['criteria']:
            mark = 'ok   ' if criterion['met'] else 'wrong'
            wanted = '' if criterion['met'] else f', expected {criterion["expected"]}'
            lines.append(f'    {mark} {criterion["criterion"]}: {criterion["actual"]}{wanted}')
    if not document.get('nearest'):
        lines.append('  nothing is near it')
    return '\n'.join(lines)


def named(it: Mapping[str, Any]) -> str:
    if 'delivery' in it:
        webhook = it['delivery']
        return f'{webhook["id"]} {webhook["event"]} of {webhook["subject"]} to {webhook["url"]}, {webhook["status"]}'
    request = it['request']
    sent, answer = request['request'], request['response'] or {}
    body = f' {sent["body"][:BODY_CHARACTERS_MAX]}' if sent.get('body') else ''
    return f'{request["id"]} {sent["method"]} {sent["path"]} -> {answer.get("status", "no answer yet")}{body}'


def timeline(control: Control, lines_max: int) -> str:
    events = [line for it in entries(control) if (line := entry(it))]
    left_out = len(events) - lines_max
    first = [f'... {left_out} earlier lines'] if 0 < left_out else []
    return '\n'.join([*first, *events[-lines_max:]]) or 'nothing has happened'


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


def entry(it: Mapping[str, Any]) -> str | None:
    """A line of the timeline; None for what another line says too."""
    where = ' '.join(str(it[name]) for name in ('provider', 'subject') if it.get(name))
    rests: dict[str, Callable[[], str | None]] = {
        'request': lambda: f'{it["message"]} -> {it["status"]}' if it.get('status') else str(it['message']),
        'change': lambda: f'{where}: {it.get("from")} to {it.get("to")} ({it.get("cause")})',
        'timer': lambda: f'{where}: {it.get("detail")}',
        'webhook': lambda: f'{where}: {it.get("event")}, attempt {it.get("attempt")}: {it.get("status") or said(it)}',
        # An attempt has its outcome in the line of its webhook, a delivery in its attempts, and a block in what it changes.
        'attempt': lambda: None,
        'delivery': lambda: None,
        'answer': lambda: None,
        'block': lambda: None,
    }
    kind = str(it.get('kind'))
    rest = rests.get(kind, lambda: str(it.get('detail') or it.get('message')))()
    return None if rest is None else f'{it.get("at", "")}  {kind:8} {rest}'


def said(it: Mapping[str, Any]) -> str:
    return ', '.join(str(it[name]) for name in ('error', 'detail') if it.get(name))
