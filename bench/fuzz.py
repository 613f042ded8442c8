"""`make fuzz`: broken requests to a real server; every answer must be well formed, every neighbour stored."""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import socket
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import grpc
from google.protobuf.message import DecodeError
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped] # no stubs
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from rich.console import Console
from rich.progress import Progress

from bench.mutations import Case, cases
from bench.server import RunningServer, running
from collector.otlp.wire import fixed64_field, length_field

_EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_TYPES = {"protobuf": "application/x-protobuf", "json": "application/json", "zipkin": "application/json"}
_PATHS = {"protobuf": "/v1/traces", "json": "/v1/traces", "zipkin": "/api/v2/spans"}
_EXPECTED_STATUSES = {200, 202, 400, 413, 503}
_EXPECTED_CODES = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.UNAVAILABLE,
}
_NEIGHBOUR_EVERY = 50
_NEIGHBOURS_READ_BACK = 500


@dataclass(slots=True)
class Findings:
    """What came back. `problems` must stay empty."""

    answers: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    neighbours: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, answer: str) -> None:
        """Note an answer."""
        with self.lock:
            self.answers[answer] += 1

    def complain(self, problem: str, body: bytes) -> None:
        """Note an answer that should not have been."""
        with self.lock:
            self.problems.append(f"{problem}: {body[:400]!r}")


class Client:
    """One thread's connections."""

    def __init__(self, server: RunningServer, zipkin_port: int, findings: Findings) -> None:
        self._findings = findings
        self._ports = {"protobuf": server.http_port, "json": server.http_port, "zipkin": zipkin_port}
        self._connections: dict[str, http.client.HTTPConnection] = {}
        self._channel = grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}")
        self._export = self._channel.unary_unary(_EXPORT, None, None)

    def send_neighbour(self, number: int) -> None:
        """A good request, amid the bad ones, that must be stored."""
        trace_id = number.to_bytes(16, "big")
        span = length_field(1, trace_id) + length_field(2, number.to_bytes(8, "big"))
        span += length_field(5, b"neighbour") + fixed64_field(7, 1 << 60) + fixed64_field(8, (1 << 60) + 1000)
        body = length_field(1, length_field(2, length_field(2, span)))
        status, _, _ = self._post(Case("protobuf", body))
        if status == 200:
            with self._findings.lock:
                self._findings.neighbours.append(trace_id.hex())
        elif status != 503:
            self._findings.complain(f"a good request got {status}", body)

    def send(self, number: int, case: Case) -> None:
        """One input over HTTP, every fourth protobuf one over gRPC."""
        if case.kind == "protobuf" and number % 4 == 0:
            self._send_grpc(case.body)
        else:
            self._send_http(case)

    def _send_grpc(self, body: bytes) -> None:
        try:
            ExportTraceServiceResponse.FromString(self._export(body, timeout=60))
            self._findings.count("grpc OK")
        except grpc.RpcError as error:
            assert isinstance(error, grpc.Call)
            code = error.code()
            self._findings.count(f"grpc {code.name}")
            if code not in _EXPECTED_CODES:
                self._findings.complain(f"gRPC {code.name}", body)

    def _send_http(self, case: Case) -> None:
        status, content_type, answer = self._post(case)
        self._findings.count(f"{case.kind} {status}")
        if status not in _EXPECTED_STATUSES:
            self._findings.complain(f"{case.kind} got {status}", case.body)
        elif not _is_well_formed(case, status, content_type, answer):
            self._findings.complain(f"{case.kind} {status} with {content_type} {answer!r}", case.body)

    def _post(self, case: Case) -> tuple[int, str, bytes]:
        reused = case.kind in self._connections
        try:
            return self._exchange(case)
        except (OSError, http.client.HTTPException) as error:
            self._connections.pop(case.kind).close()
            # Closed by the server after a time without requests: any client tries again on a new one.
            if reused and isinstance(error, ConnectionError):
                return self._post(case)
            self._findings.complain(f"no answer ({type(error).__name__}: {error})", case.body)
            return 0, "", b""

    def _exchange(self, case: Case) -> tuple[int, str, bytes]:
        connection = self._connections.get(case.kind)
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self._ports[case.kind], timeout=60)
            self._connections[case.kind] = connection
        connection.request("POST", _PATHS[case.kind], case.body, {"Content-Type": _TYPES[case.kind]})
        response = connection.getresponse()
        return response.status, response.getheader("content-type", ""), response.read()

    def close(self) -> None:
        """Close all connections."""
        self._channel.close()
        for connection in self._connections.values():
            connection.close()


def _is_well_formed(case: Case, status: int, content_type: str, answer: bytes) -> bool:
    if status == 202:
        return answer == b""
    if content_type != _TYPES[case.kind]:
        return False
    try:
        if case.kind == "protobuf":
            if status == 200:
                ExportTraceServiceResponse.FromString(answer)
                return True
            return bool(Status.FromString(answer).message)
        document = json.loads(answer)
        return status == 200 or bool(document["message"])
    except (DecodeError, ValueError, KeyError):
        return False


def fuzz(
    server: RunningServer, zipkin_port: int, count: int, seed: int, threads: int, progress: Progress
) -> Findings:
    """Send `count` inputs from several threads."""
    findings = Findings()
    task = progress.add_task("fuzz", total=count)
    inputs = _Shared(enumerate(itertools.islice(cases(seed), count)))

    def work() -> None:
        client = Client(server, zipkin_port, findings)
        for number, case in inputs:
            client.send(number, case)
            if number % _NEIGHBOUR_EVERY == 0:
                client.send_neighbour((seed << 40) + number + 1)
            progress.advance(task)
        client.close()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return findings


class _Shared:
    """An iterator for several threads."""

    def __init__(self, items: Iterator[tuple[int, Case]]) -> None:
        self._items = items
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[tuple[int, Case]]:
        return self

    def __next__(self) -> tuple[int, Case]:
        with self._lock:
            return next(self._items)


def missing_neighbours(server: RunningServer, trace_ids: list[str]) -> list[str]:
    """Acknowledged good requests that cannot be read back, of an even sample."""
    address = urlsplit(server.ui_url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
    missing = []
    for trace_id in trace_ids[:: max(1, len(trace_ids) // _NEIGHBOURS_READ_BACK)]:
        connection.request("GET", f"/api/v1/traces/{trace_id}")
        response = connection.getresponse()
        if response.status != 200 or b"neighbour" not in response.read():
            missing.append(trace_id)
            response.read()
    connection.close()
    return missing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200_000, help="inputs to send")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=32)
    options = parser.parse_args()
    console = Console()
    with socket.create_server(("127.0.0.1", 0)) as free:
        zipkin_port = free.getsockname()[1]
    with running("--zipkin-port", str(zipkin_port)) as server, Progress(console=console) as progress:
        findings = fuzz(server, zipkin_port, options.count, options.seed, options.threads, progress)
        missing = missing_neighbours(server, findings.neighbours)
    for answer, times in sorted(findings.answers.items()):
        console.print(f"{times:>9,}  {answer}")
    console.print(
        f"{len(findings.neighbours):>9,}  neighbours acknowledged, {len(missing)} of the sample missing"
    )
    for problem in findings.problems[:20]:
        console.print(problem, markup=False, style="red")
    console.print(f"{len(findings.problems)} problems with seed {options.seed}")
    return 1 if findings.problems or missing or not findings.neighbours else 0


if __name__ == "__main__":
    sys.exit(main())
