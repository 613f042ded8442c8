"""What is sent comes back: written by real SDKs, read through the API and the terminal commands."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.process import SpanhouseProcess, serving, started
from tests.e2e.senders import grpc_exporter, http_exporter, send_call


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpanhouseProcess]:
    home = tmp_path_factory.mktemp("read_back")
    with started(serving(home / "data"), home) as process:
        yield process


def test_spans_of_both_sdk_exporters_come_back_as_one_trace(server: SpanhouseProcess) -> None:
    trace_id = send_call(grpc_exporter(server.ready["otlp-grpc"]), http_exporter(server.ready["otlp-http"]))
    trace = server.trace(trace_id, 3)
    assert [span["name"] for span in trace["spans"]] == ["POST /buy", "POST", "POST /charge"]
    assert [span["service"] for span in trace["spans"]] == ["shop", "shop", "bank"]
    assert trace["spans"][2]["attributes"]["amount"] == 42
    hops = {(hop["caller"], hop["callee"]): hop for hop in trace["hops"]}
    assert hops["shop", "bank"]["client_span_id"] == trace["spans"][1]["span_id"]


def test_terminal_shows_the_trace_and_the_links(server: SpanhouseProcess) -> None:
    exporters = http_exporter(server.ready["otlp-http"]), http_exporter(server.ready["otlp-http"])
    trace_id = send_call(*exporters)
    server.trace(trace_id, 3)

    def spanhouse(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "spanhouse", *arguments, "--url", server.ui],
            env={**os.environ, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )

    shown = spanhouse("trace", trace_id)
    assert shown.returncode == 0, shown.stderr
    assert "POST /charge" in shown.stdout
    assert "shop → bank" in shown.stdout
    links = spanhouse("links", "--fail-on", "failing")
    assert links.returncode == 0, links.stderr
    assert "shop → bank" in links.stdout
    unknown = spanhouse("trace", "0" * 31 + "1")
    assert unknown.returncode == 2
    assert "404" in unknown.stderr


def test_a_killed_process_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    with started(serving(tmp_path / "data"), tmp_path) as first:
        exporter = grpc_exporter(first.ready["otlp-grpc"])
        trace_id = send_call(exporter, grpc_exporter(first.ready["otlp-grpc"]))
        first.kill()
    with started(serving(tmp_path / "data"), tmp_path) as second:
        assert second.get(f"/api/v1/traces/{trace_id}")["span_count"] == 3
        assert second.stop() == 0
        assert '"level": "error"' not in second.log
