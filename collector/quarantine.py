"""Keeps requests the store could not decode, for a person to look at. Owns one directory of bounded size."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import xxhash


class Quarantine:
    """A directory with two files per request: `<time>-<hash>.otlp` (its bytes) and `.json` (one line: why).

    Args:
        directory: Created on first use.
        max_bytes: The oldest requests go to stay below it; a larger request is kept as its line only.
        now: Tells the time with a timezone.
    """

    def __init__(self, directory: Path, max_bytes: int, now: Callable[[], datetime]) -> None:
        self._directory = directory
        self._max_bytes = max_bytes
        self._now = now
        self._lock = threading.Lock()

    def keep(self, request: bytes, error: str) -> Path:
        """Write a request and its error down.

        Args:
            request: The poison.
            error: What the store said; may quote span contents, so it is stored as JSON with ASCII escapes.

        Returns:
            The path of the request's bytes (absent when the request alone is over the bound).

        Raises:
            OSError: The directory cannot be written.
        """
        at = self._now().astimezone(UTC)
        digest = xxhash.xxh3_128_hexdigest(request)
        path = self._directory / f"{at:%Y%m%dT%H%M%S.%fZ}-{digest}.otlp"
        record = {
            "time": at.isoformat(),
            "xxh3_128": digest,
            "size_bytes": len(request),
            "error": error[:4000],
            "file": path.name,
        }
        line = json.dumps(record, ensure_ascii=True) + "\n"
        with self._lock:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._make_room(len(request) + len(line))
            if len(request) + len(line) <= self._max_bytes:
                path.write_bytes(request)
            path.with_suffix(".json").write_text(line, encoding="ascii")
        return path

    def _make_room(self, needed_bytes: int) -> None:
        # Names start with the time, so their order is the order of arrival.
        files = sorted(self._directory.iterdir())
        sizes = {file: file.stat().st_size for file in files}
        total = sum(sizes.values())
        for file in files:
            if total + needed_bytes <= self._max_bytes:
                return
            file.unlink()
            total -= sizes[file]
