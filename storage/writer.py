"""Makes OTLP requests durable: bytes in, a place in the log.

A request is acknowledged when it is in the log; its spans follow within a second (storage/unpacking.py).
Never looks inside a request.
"""

from __future__ import annotations

from collections.abc import Sequence

from storage.bundle import request_hash
from storage.bundles import Bundles
from storage.request_log import RequestLog
from storage.space import FreeSpace


class SpanWriter:
    """Writes groups of requests; safe to call from several threads at once.

    Args:
        log: Where they go.
        bundles: Says into which bundle.
        space: Asked for room before each write.
    """

    def __init__(self, log: RequestLog, bundles: Bundles, space: FreeSpace | None = None) -> None:
        self._log = log
        self._bundles = bundles
        self._space = space

    def write(self, requests: Sequence[bytes]) -> None:
        """Stores each request once; returns when all of them are stored.

        Args:
            requests: Serialized ExportTraceServiceRequest messages that upb has accepted.

        Raises:
            UndecodableBlock: ClickHouse refused the bytes; nothing of this call was stored.
            StorageUnavailable: Outcome unknown or nothing stored; sending the requests again is safe.
            StorageOverloaded: Nothing stored; try again later.
            StorageRefused: An error that says nothing about its cause; other requests are not held up by it.
        """
        if self._space is not None:
            self._space.require()
        unknown = self._log.without_known({request_hash(request): request for request in requests})
        if not unknown:
            return
        with self._bundles.place(sum(map(len, unknown.values()))) as bundle:
            self._log.write(bundle, unknown)
