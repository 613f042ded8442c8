"""Load generator: sends OTLP/gRPC requests to a port of this machine and prints what came back as JSON.

Run as a process of its own (`python -m bench.load`), so that its work is not counted as the server's. Ends by
itself after `--seconds`. Targets loopback only.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Iterator
from typing import Any

import grpc

from bench import outcome, payload

_EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


class Generator:
    """Keeps up to `in_flight` exports under way, at most `rate` requests per second when given."""

    def __init__(self, port: int, requests: Iterator[bytes], in_flight: int, rate: float | None) -> None:
        options = [("grpc.max_send_message_length", -1)]
        self._channels = [grpc.insecure_channel(f"127.0.0.1:{port}", options=options) for _ in range(2)]
        self._calls = [
            channel.unary_unary(_EXPORT, request_serializer=None, response_deserializer=None)
            for channel in self._channels
        ]
        self._requests = requests
        self._slots = threading.Semaphore(in_flight)
        self._rate = rate
        self._lock = threading.Lock()
        self.seconds: list[float] = []
        self.failures: dict[str, int] = {}

    def run(self, seconds: float) -> float:
        """Sends for so long and waits for the last answers; returns the time it all took."""
        started = time.perf_counter()
        sent = 0
        while (now := time.perf_counter()) - started < seconds:
            if self._rate is not None and sent / self._rate > now - started:
                time.sleep(min(0.01, sent / self._rate - (now - started)))
                continue
            self._slots.acquire()
            self._send(next(self._requests), sent)
            sent += 1
        while len(self.seconds) + sum(self.failures.values()) < sent:
            time.sleep(0.005)
        took = time.perf_counter() - started
        for channel in self._channels:
            channel.close()
        return took

    def _send(self, request: bytes, number: int) -> None:
        began = time.perf_counter()
        future = self._calls[number % len(self._calls)].future(request, timeout=60)

        def answered(done: Any) -> None:
            error = done.exception()
            with self._lock:
                if error is None:
                    self.seconds.append(time.perf_counter() - began)
                else:
                    code = error.code().name if isinstance(error, grpc.RpcError) else repr(error)
                    self.failures[code] = self.failures.get(code, 0) + 1
            self._slots.release()

        future.add_done_callback(answered)


def main() -> None:
    """Reads options, sends, prints one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--shape", choices=["realistic", "small"], default="realistic")
    parser.add_argument("--spans", type=int, default=512, help="spans per request")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--in-flight", type=int, default=128)
    parser.add_argument(
        "--rate", type=float, default=None, help="requests per second; default as fast as it goes"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    source = payload.requests(options.shape, options.spans, options.seed)
    next(source)  # builds the templates, which takes a while
    generator = Generator(options.port, source, options.in_flight, options.rate)
    took = generator.run(options.seconds)
    print(outcome.line(generator.seconds, generator.failures, spans=options.spans, took=took))


if __name__ == "__main__":
    main()
