"""Kills a loaded server with SIGKILL again and again, then counts: acknowledged spans once, none twice.

`python -m bench.crash --rounds 20`. Requests without an answer are sent again after each restart, as an SDK
does: in the end every request was acknowledged and must be stored exactly once, in every table.
"""

from __future__ import annotations

import argparse
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from rich.console import Console
from rich.progress import track

from bench import payload
from bench.server import read_ready
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint
from tests.clickhouse_server import free_ports

_EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
SPANS_PER_REQUEST = 60
_SENDERS = 6


@dataclass
class Outcome:
    """What the senders know and how long restarts took."""

    acknowledged: int = 0
    unanswered: list[bytes] = field(default_factory=list)
    start_seconds: list[float] = field(default_factory=list)
    """From the start of a process to its first acknowledgement."""
    resent: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """What is stored in the end."""

    expected: int
    stored: int
    distinct: int
    link_spans: int

    @property
    def exact(self) -> bool:
        """Nothing lost, nothing twice."""
        return self.expected == self.stored == self.distinct == self.link_spans


def run(rounds: int, seed: int, directory: Path) -> tuple[Outcome, Counts]:
    """Kills `rounds` times, restarts once more, and counts."""
    source = random.Random(seed)
    requests = payload.requests("small", SPANS_PER_REQUEST, seed)
    next(requests)
    outcome = Outcome()
    for _ in track(range(rounds), description="killing", console=Console(stderr=True)):
        process, port = _started(directory, requests, outcome)
        killed = threading.Event()
        senders = [
            threading.Thread(target=_send, args=(port, requests, outcome, killed, _LOCK))
            for _ in range(_SENDERS)
        ]
        for sender in senders:
            sender.start()
        time.sleep(source.uniform(0.3, 2.5))
        process.kill()
        killed.set()
        for sender in senders:
            sender.join()
        process.wait()
    process, port = _started(directory, requests, outcome)
    calm = threading.Event()
    calm.set()
    _send(port, iter(()), outcome, calm, _LOCK)
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    return outcome, _count(directory, outcome)


_LOCK = threading.Lock()


def _started(
    directory: Path, requests: Iterator[bytes], outcome: Outcome
) -> tuple[subprocess.Popen[str], int]:
    [port] = free_ports(1)
    began = time.monotonic()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "spanhouse", "serve", "--data", str(directory), "--log-level", "error"),
            *("--port", "0", "--otlp-grpc-port", str(port), "--otlp-http-port", "0", "--zipkin-port", "0"),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    request = outcome.unanswered.pop() if outcome.unanswered else next(requests)
    while not _acknowledged(port, request):
        time.sleep(0.02)
    outcome.acknowledged += 1
    outcome.start_seconds.append(time.monotonic() - began)
    read_ready(process)
    return process, port


def _acknowledged(port: int, request: bytes) -> bool:
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            export = channel.unary_unary(_EXPORT, request_serializer=None, response_deserializer=None)
            export(request, timeout=30)
    except grpc.RpcError:
        return False
    return True


def _send(
    port: int, requests: Iterator[bytes], outcome: Outcome, last: threading.Event, lock: threading.Lock
) -> None:
    """Sends what was not answered before, then new requests until the server is gone."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        export = channel.unary_unary(_EXPORT, request_serializer=None, response_deserializer=None)
        while True:
            with lock:
                if outcome.unanswered:
                    request = outcome.unanswered.pop()
                    outcome.resent += 1
                elif last.is_set() or (new := next(requests, None)) is None:
                    return
                else:
                    request = new
            try:
                export(request, timeout=30)
            except grpc.RpcError:
                with lock:
                    outcome.unanswered.append(request)
                if last.is_set():
                    return
                continue
            with lock:
                outcome.acknowledged += 1


def _count(directory: Path, outcome: Outcome) -> Counts:
    database = Database(EmbeddedEndpoint(directory / "clickhouse"))
    stored, distinct = (
        int(database.execute(f"SELECT {what} FROM otel_traces"))  # noqa: S608 - two constants
        for what in ("count()", "uniqExact(TraceId, SpanId)")
    )
    link_spans = int(database.execute("SELECT count() FROM link_spans"))
    database.close()
    assert not outcome.unanswered, "the last server answered everything"
    return Counts(outcome.acknowledged * SPANS_PER_REQUEST, stored, distinct, link_spans)


def main() -> None:
    """Reads options, runs, prints; exits 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="spanhouse-crash-") as directory:
        outcome, counts = run(options.rounds, options.seed, Path(directory))
    starts = outcome.start_seconds
    print(
        f"{options.rounds} kills, {outcome.resent} requests sent again; {len(starts)} starts: "
        f"until the first acknowledgement {statistics.median(starts):.1f} s, slowest {max(starts):.1f} s"
    )
    print(
        f"acknowledged {counts.expected:,} spans; stored {counts.stored:,}, distinct {counts.distinct:,}, "
        f"in link_spans {counts.link_spans:,}: {'exact' if counts.exact else 'WRONG'}"
    )
    sys.exit(0 if counts.exact else 1)


if __name__ == "__main__":
    main()
