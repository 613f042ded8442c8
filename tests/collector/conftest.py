"""A running collector over a recording store, with real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from tests.collector.recording_store import RecordingStore
from tests.collector.running import Running
from tests.collector.wiring import Ingest, IngestOptions


@pytest.fixture
def store() -> RecordingStore:
    return RecordingStore()


@pytest.fixture
def start(store: RecordingStore, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts a collector with the given `IngestOptions` fields; all are stopped after the test."""
    started: list[Running] = []

    def start_one(**options: Any) -> Running:
        registry = CollectorRegistry()
        used_store = options.pop("store", store)
        all_options = IngestOptions(quarantine=tmp_path / "quarantine", **options)
        running = Running(Ingest(all_options, used_store, registry), registry)
        running.ingest.start()
        started.append(running)
        return running

    yield start_one
    store.gate.set()
    for running in started:
        running.close()


@pytest.fixture
def running(start: Callable[..., Running]) -> Running:
    """A collector with default options."""
    return start()
