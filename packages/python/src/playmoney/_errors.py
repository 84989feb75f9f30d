"""What can go wrong. A refusal is an AssertionError, because in a test it is an expectation that failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ProgramNotFound(RuntimeError):
    """The program playmoney is not where it is looked for."""


class StartFailed(RuntimeError):
    """The program has ended before it accepted requests."""


class Problem(AssertionError):
    """The server has refused a control call. `document` is its problem document (RFC 9457)."""

    def __init__(self, status: int, document: Mapping[str, Any], said: str) -> None:
        super().__init__(said)
        self.status = status
        self.document = document

    @property
    def code(self) -> str:
        """The kind of problem, such as `sandbox_exists`."""
        return str(self.document.get('code', ''))

    @property
    def detail(self) -> str:
        return str(self.document.get('detail', ''))


class NotVerified(Problem):
    """Requests or webhooks were not as expected. The text shows the nearest ones, and the timeline."""

    @property
    def matched(self) -> int:
        """How many were as expected."""
        return int(self.document.get('matched', 0))
