from __future__ import annotations

from collector.rejection import LastRejection
from tests.collector.running import Running
from tests.collector.wiring import now


def test_remembers_the_latest_only_and_in_plain_text() -> None:
    last = LastRejection(now)
    assert last.snapshot() is None
    last.record("otlp_grpc", "undecodable", "first")
    last.record("otlp_http", "too_large", "line\nbreak\x1b[31m" + "x" * 1000)
    rejection = last.snapshot()
    assert rejection is not None
    assert (rejection.transport, rejection.reason) == ("otlp_http", "too_large")
    assert rejection.message.isprintable()
    assert len(rejection.message) == 500
    assert rejection.at.tzinfo is not None


def test_says_why_the_last_request_was_refused(running: Running) -> None:
    assert running.send(b"garbage").status == 400
    rejection = running.ingest.last_rejection.snapshot()
    assert rejection is not None
    assert (rejection.transport, rejection.reason) == ("otlp_http", "undecodable")
    assert "ExportTraceServiceRequest" in rejection.message
    refused = running.metric(
        "spanhouse_ingest_requests_rejected_total", transport="otlp_http", reason="undecodable"
    )
    assert refused == 1
