"""The shapes of answers, as the control API writes them."""

from __future__ import annotations

from typing import Any, TypedDict


class Due(TypedDict):
    """What is due next."""

    at: str
    kind: str
    provider: str
    subject: str | None


class Clock(TypedDict):
    """The simulated clock. `rate` is simulated seconds for each real second."""

    mode: str
    now: str
    rate: float
    pending: int
    next: Due | None


class Fired(TypedDict):
    """A timer, block or delivery that was due in a span of time."""

    at: str
    kind: str
    provider: str | None
    subject: str | None
    detail: str


class ReportDelivery(TypedDict):
    """One attempt of a webhook in a span of time. `status` is the HTTP status of the receiver."""

    id: str
    provider: str | None
    event: str
    subject: str
    attempt: int
    at: str
    status: int | None
    error: str | None


Report = TypedDict(
    'Report',
    {
        'from': str,
        'now': str,
        'fired': list[Fired],
        'fired_total': int,
        'deliveries': list[ReportDelivery],
        'deliveries_total': int,
    },
)
Report.__doc__ = 'What has happened while time passed.'


class _Acted(TypedDict):
    provider: str
    action: str
    subject: str
    status: str
    object: Any


class Acted(_Acted, total=False):
    """What an action has done. With `effect`, the provider makes nothing of it, and `reason` says why."""

    effect: str
    reason: str
    settled: bool


class Attempt(TypedDict):
    """One attempt of a webhook. `signed` is the text that was signed."""

    number: int
    at: str
    status: int | None
    error: str | None
    duration_ms: int
    request: dict[str, Any]
    response: dict[str, Any] | None
    signed: str | None


class Delivery(TypedDict):
    """A webhook with its attempts."""

    id: str
    provider: str
    account: str
    event: str
    subject: str
    url: str
    status: str
    created_at: str
    next_attempt_at: str | None
    attempts: list[Attempt]


class JournalRequest(TypedDict):
    """A request of the application, with its answer."""

    id: str
    at: str
    provider: str | None
    operation: str | None
    account: str | None
    error: str | None
    rule: str | None
    request: dict[str, Any]
    response: dict[str, Any]
    violations: list[dict[str, Any]]


class Message(TypedDict):
    """What has arrived in an inbox. `signature` is valid, invalid or unsigned."""

    id: str
    at: str
    method: str
    path: str
    headers: dict[str, Any]
    body: str
    provider: str | None
    signature: str
