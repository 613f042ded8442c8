"""Senders that never give up: as SDKs and OTel Collectors do, they repeat what was not acknowledged."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Self

import grpc

from bench import payload

SPANS_PER_REQUEST = 40
_EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_SENDERS = 4
_PAUSE_SECONDS = 0.05
_GIVE_UP_SECONDS = 120.0


class PersistentSenders:
    """Send fresh requests from several threads while the context is open; the last ones end after it.

    Args:
        addresses: `host:port` of collectors; one that does not answer is followed by the next.
    """

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses
        self._requests = payload.requests("realistic", SPANS_PER_REQUEST)
        self._lock = threading.Lock()
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(_SENDERS)]
        self.acknowledged = 0
        self.refusals: Counter[tuple[grpc.StatusCode, bool]] = Counter()
        """Answers other than OK: their code, and whether they said when to come back."""

    def __enter__(self) -> Self:
        """Starts."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends as `finish` does."""
        self.finish()

    def finish(self) -> None:
        """Starts no more requests and waits until everything sent is acknowledged."""
        self._enough.set()
        for thread in self._threads:
            thread.join()

    @property
    def spans(self) -> int:
        """How many spans were acknowledged."""
        return self.acknowledged * SPANS_PER_REQUEST

    def _send(self, number: int) -> None:
        for request in self._fresh():
            deadline = time.monotonic() + _GIVE_UP_SECONDS
            turn = number
            while not self._export(self._addresses[turn % len(self._addresses)], request):
                assert time.monotonic() < deadline, "nobody took it"
                turn += 1
                time.sleep(_PAUSE_SECONDS)

    def _fresh(self) -> Iterator[bytes]:
        while not self._enough.is_set():
            with self._lock:
                request = next(self._requests)
            yield request

    def _export(self, address: str, request: bytes) -> bool:
        with grpc.insecure_channel(address) as channel:
            export = channel.unary_unary(_EXPORT, request_serializer=None, response_deserializer=None)
            try:
                export(request, timeout=30)
            except grpc.RpcError as error:
                assert isinstance(error, grpc.Call)
                trailers = error.trailing_metadata() or ()
                hinted = any(
                    b"RetryInfo" in value for name, value in trailers if name == "grpc-status-details-bin"
                )
                with self._lock:
                    self.refusals[error.code(), hinted] += 1
                return False
        with self._lock:
            self.acknowledged += 1
        return True
