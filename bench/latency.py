"""How long an export waits, and when its spans can be read: idle, and at half of the maximum.

`python -m bench.latency`. The maximum is measured first, in the same run; `bench.small` has small requests.
"""

from __future__ import annotations

import argparse
import statistics
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from rich.console import Console
from rich.table import Table

from bench import machine, payload
from bench.ingest import EXPORT, child, until_readable
from bench.server import RunningServer, running

_SPANS = 512
_IN_FLIGHT = 64


def main() -> None:
    """Reads options, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="length of each measurement")
    options = parser.parse_args()
    console = Console()
    console.print(f"machine: {machine.description()}")
    table = Table("traffic", "requests/s", "spans/s", "p50 ms", "p99 ms", "errors")
    with running() as server:
        _load(server, min(3.0, options.seconds), _SPANS)
        until_readable(server)
        acks, readable = _one_by_one(server, options.seconds, pause_seconds=0.25)
        _add(table, "one 100-span request at a time, four a second", acks)
        rested_acks, rested_readable = _one_by_one(server, options.seconds, pause_seconds=2.5)
        _add(table, "one 100-span request at a time, after rests of 2.5 s", rested_acks)
        fastest = _load(server, options.seconds, _SPANS)
        until_readable(server)
        _add(table, f"{_SPANS} spans, {_IN_FLIGHT} in flight, as fast as it goes", fastest)
        half = fastest["requests"] / fastest["seconds"] / 2
        _add(table, f"{_SPANS} spans, half of that rate", _load(server, options.seconds, _SPANS, half))
        until_readable(server)
    console.print(table)
    for name, waits in (("four a second", readable), ("after rests", rested_readable)):
        console.print(
            f"{name}, from the answer until the trace can be read: median {statistics.median(waits):.0f} ms, "
            f"longest {max(waits):.0f} ms of {len(waits)}"
        )


def _load(server: RunningServer, seconds: float, spans: int, rate: float | None = None) -> dict[str, Any]:
    limits = ["--in-flight", 512 if rate else _IN_FLIGHT, *(["--rate", rate] if rate else [])]
    return child("bench.load", "--port", server.grpc_port, "--spans", spans, "--seconds", seconds, *limits)


def _one_by_one(
    server: RunningServer, seconds: float, pause_seconds: float
) -> tuple[dict[str, Any], list[float]]:
    """Latencies of an idle server, and how long after each answer its trace was there."""
    source = payload.requests("realistic", 100)
    acks, readable = [], []
    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        export = channel.unary_unary(EXPORT, request_serializer=None, response_deserializer=None)
        started = time.perf_counter()
        while (now := time.perf_counter()) - started < seconds:
            request = next(source)
            sent = time.perf_counter()
            export(request, timeout=30)
            answered = time.perf_counter()
            acks.append((answered - sent) * 1e3)
            _wait_for(server, _trace_id(request))
            readable.append((time.perf_counter() - answered) * 1e3)
            time.sleep(max(0.0, pause_seconds - (time.perf_counter() - now)))
        took = time.perf_counter() - started
    acks.sort()
    return {
        "requests": len(acks),
        "spans": 100 * len(acks),
        "seconds": took,
        "p50_ms": acks[len(acks) // 2],
        "p99_ms": acks[int(len(acks) * 0.99)],
        "failures": {},
    }, readable


def _trace_id(request: bytes) -> str:
    message = ExportTraceServiceRequest.FromString(request)
    return message.resource_spans[0].scope_spans[0].spans[0].trace_id.hex()


def _wait_for(server: RunningServer, trace_id: str) -> None:
    for _ in _tries():
        try:
            with urllib.request.urlopen(f"{server.ui_url}/api/v1/traces/{trace_id}"):
                return
        except urllib.error.HTTPError as error:
            error.close()
    raise RuntimeError(f"trace {trace_id} was acknowledged and cannot be read")


def _tries() -> Iterator[None]:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        yield
        time.sleep(0.01)


def _add(table: Table, name: str, load: dict[str, Any]) -> None:
    table.add_row(
        name,
        f"{load['requests'] / load['seconds']:,.0f}",
        f"{load['spans'] / load['seconds']:,.0f}",
        f"{load['p50_ms']:,.0f}",
        f"{load['p99_ms']:,.0f}",
        str(load["failures"] or "none"),
    )


if __name__ == "__main__":
    main()
