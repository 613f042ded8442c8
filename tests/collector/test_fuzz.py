"""A small run of what `make fuzz` does at length, with the engine itself as the judge of what was stored."""

from __future__ import annotations

import itertools
from pathlib import Path

from prometheus_client import CollectorRegistry

from bench.mutations import Case, cases
from collector.limits import Limits
from collector.metrics import IngestMetrics
from collector.otlp.check import CheckedRequest, RequestChecker
from collector.otlp.json_request import request_from_json
from collector.poison import PoisonFilter, PoisonResult
from collector.quarantine import Quarantine
from collector.refusal import Invalid
from collector.zipkin.request import request_from_zipkin
from storage.client import Database
from storage.errors import UndecodableBlock
from tests.collector.builders import trace_request
from tests.collector.wiring import now
from tests.storing import SettledWriter

checker = RequestChecker(Limits())


def check(case: Case) -> CheckedRequest | None:
    """What the receivers do with a body; None when it is refused as they refuse bad data."""
    try:
        match case.kind:
            case "json":
                return checker.check(request_from_json(case.body, 24))
            case "zipkin":
                return checker.check(request_from_zipkin(case.body, 1))
            case _:
                return checker.check(case.body)
    except Invalid as refusal:
        assert refusal.message.isprintable()
        return None


def test_any_input_is_checked_or_refused_as_invalid() -> None:
    results = [check(case) for case in itertools.islice(cases(seed=7), 4000)]
    accepted = sum(result is not None for result in results)
    assert 0.2 < accepted / len(results) < 0.9, "both sides must be exercised"


def test_the_engine_keeps_what_was_accepted_and_every_neighbour(
    embedded_database: Database, tmp_path: Path
) -> None:
    accepted = {
        result.request: result.accepted_count
        for result in map(check, itertools.islice(cases(seed=11), 400))
        if result is not None and result.accepted_count
    }
    accepted |= {trace_request(3): 3 for _ in range(10)}
    requests = list(accepted)
    writer = SettledWriter(embedded_database)
    metrics = IngestMetrics(CollectorRegistry())
    poison = PoisonFilter(writer, Quarantine(tmp_path, 1 << 20, now), metrics)
    results: list[PoisonResult] = [None] * len(requests)
    try:
        writer.write(requests)
    except UndecodableBlock as refused:
        results = poison.write(requests, refused)
    refused_requests = [request for request, result in zip(requests, results, strict=True) if result]
    assert refused_requests == []
    assert embedded_database.execute("SELECT count() FROM otel_traces") == sum(accepted.values())
