"""Remembers why ingest last said no, for the UI's empty state. Holds one record, no history."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

_MAX_TEXT_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Rejection:
    """One refused request or group of spans.

    Attributes:
        at: When, with a timezone.
        transport: `otlp_grpc`, `otlp_http` or `zipkin`.
        reason: The machine word, from `collector.refusal.Reason`.
        message: What the client was told: plain text without control characters, at most 500 characters.
    """

    at: datetime
    transport: str
    reason: str
    message: str


class LastRejection:
    """Thread-safe holder of the latest `Rejection`.

    Args:
        now: Tells the time with a timezone.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._latest: Rejection | None = None

    def record(self, transport: str, reason: str, message: str) -> None:
        """Replace the record."""
        plain = "".join(char if char.isprintable() else "�" for char in message[:_MAX_TEXT_LENGTH])
        rejection = Rejection(self._now(), transport, reason, plain)
        with self._lock:
            self._latest = rejection

    def snapshot(self) -> Rejection | None:
        """The latest rejection, or None when nothing was refused since the start."""
        with self._lock:
            return self._latest
