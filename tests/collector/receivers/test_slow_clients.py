"""Clients that send slowly on purpose, or hang up, take nothing from others."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from collector.limits import Limits
from collector.receivers import http_protocol
from tests.collector.builders import trace_request
from tests.collector.recording_store import RecordingStore
from tests.collector.running import Running

HEAD = (
    b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: 100\r\n"
)


def read_all(client: socket.socket) -> bytes:
    received = b""
    while part := client.recv(65536):
        received += part
    return received


def test_a_body_that_does_not_come_is_408_and_the_connection_closed(start: Callable[..., Running]) -> None:
    running = start(limits=Limits(body_read_timeout_seconds=0.2))
    with socket.create_connection(("127.0.0.1", running.ingest.http.port), timeout=10) as client:
        client.sendall(HEAD + b"\r\nonly this")
        assert read_all(client).startswith(b"HTTP/1.1 408")
    assert running.ingest.budget.held_bytes == 0


def test_headers_that_do_not_come_close_the_connection(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "HEADER_TIMEOUT_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", running.ingest.http.port), timeout=10) as client:
        client.sendall(HEAD)
        assert read_all(client) == b""


def test_a_client_that_hangs_up_leaves_nothing_behind(running: Running, store: RecordingStore) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", running.ingest.http.port), timeout=10) as client:
            client.sendall(HEAD + b"\r\nonly this")
    assert running.send(trace_request()).status == 200
    assert len(store.calls) == 1


def test_expect_100_continue_is_answered(running: Running) -> None:
    body = trace_request()
    head = (
        HEAD.replace(b"100", str(len(body)).encode()) + b"Expect: 100-continue\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", running.ingest.http.port), timeout=10) as client:
        client.sendall(head)
        assert client.recv(100).startswith(b"HTTP/1.1 100")
        client.sendall(body)
        assert read_all(client).startswith(b"HTTP/1.1 200")
