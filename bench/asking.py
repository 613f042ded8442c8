"""Asks a running server over one kept connection and takes the time until the whole answer is there."""

from __future__ import annotations

import http.client
import json
import time
from urllib.parse import urlsplit


class Asker:
    """One client; not safe to share between threads.

    Args:
        url: Where the UI and the API listen.

    Attributes:
        size_bytes: Of the last answer that was timed.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        self.size_bytes = 0
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)

    def milliseconds(self, path: str, *, expected: int = 200) -> float:
        """How long the answer took.

        Raises:
            RuntimeError: The answer has another status than expected.
        """
        started = time.perf_counter()
        self.size_bytes = len(self._answer(path, expected))
        return (time.perf_counter() - started) * 1e3

    def trace_ids(self, path: str) -> list[str]:
        """Ids of the traces that a search found."""
        return [trace["trace_id"] for trace in json.loads(self._answer(path, 200))["traces"]]

    def _answer(self, path: str, expected: int) -> bytes:
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != expected:
            raise RuntimeError(f"{path} answered {answer.status}: {body[:300]!r}")
        return body
