"""Says of the map's services which OpenTelemetry namespace they are part of (`service.namespace`).

As of now, not of the window: a service that moved is shown where it is. What was read serves some seconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from query.model.link import MapNode
from storage.namespaces import NamespaceStore

_REMEMBERED_SECONDS = 10.0


class Namespaces:
    """Namespaces of services; safe to share between threads.

    Args:
        store: Where they are read.
        clock: A clock that only goes forward, in seconds.
    """

    def __init__(self, store: NamespaceStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._known: Mapping[str, str] = {}
        self._read_at = float("-inf")

    def named(self, nodes: Sequence[MapNode]) -> list[MapNode]:
        """The same nodes; services that have a namespace with it."""
        known = self._by_service()
        return [
            replace(node, namespace=known[node.service])
            if node.kind == "service" and node.service in known
            else node
            for node in nodes
        ]

    def _by_service(self) -> Mapping[str, str]:
        with self._lock:
            now = self._clock()
            if now - self._read_at >= _REMEMBERED_SECONDS:
                self._known = self._store.by_service()
                self._read_at = now
            return self._known
