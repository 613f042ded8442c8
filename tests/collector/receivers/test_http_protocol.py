"""Connections as real clients make them, which uvicorn alone would lose or let grow."""

from __future__ import annotations

import socket

import pytest

from tests.collector.builders import trace_request
from tests.collector.recording_store import RecordingStore
from tests.collector.running import Running

# Java's HttpClient offers this with each plain-text request, and with it OTel's JDK sender and Spring Boot.
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"


def post(body: bytes, headers: bytes = b"", framing: bytes | None = None) -> bytes:
    framing = f"Content-Length: {len(body)}\r\n".encode() if framing is None else framing
    return (
        b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
        + headers
        + framing
        + b"\r\n"
        + body
    )


def read_answer(client: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        part = client.recv(65536)
        assert part, received
        received += part
    return received


def connect(running: Running) -> socket.socket:
    return socket.create_connection(("127.0.0.1", running.ingest.http.port), timeout=20)


@pytest.mark.parametrize("cut", [0, 40, 150, 210, 260])
def test_an_offer_to_upgrade_is_declined_and_the_request_stored(
    running: Running, store: RecordingStore, cut: int
) -> None:
    sent = post(trace_request(), H2C)
    with connect(running) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(sent[:cut])
        client.sendall(sent[cut:])
        assert read_answer(client).startswith(b"HTTP/1.1 200")
        client.sendall(post(trace_request(), H2C))
        assert read_answer(client).startswith(b"HTTP/1.1 200")
    assert running.metric("spanhouse_ingest_spans_accepted_total", transport="otlp_http") == 2
    assert len(store.calls) == 2


def test_an_offer_to_upgrade_may_come_with_chunks(running: Running, store: RecordingStore) -> None:
    request = trace_request()
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(request), request)
    with connect(running) as client:
        client.sendall(post(chunks, H2C, b"Transfer-Encoding: chunked\r\n"))
        assert read_answer(client).startswith(b"HTTP/1.1 200")
    assert len(store.calls) == 1


def test_connect_is_refused(running: Running) -> None:
    with connect(running) as client:
        client.sendall(b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n")
        assert read_answer(client).startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize("part", [b"x" * 65536, b"x: y\r\n" * 10000], ids=["one", "many"])
def test_headers_without_end_are_refused_before_memory_grows(running: Running, part: bytes) -> None:
    with connect(running) as client:
        client.sendall(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nx: ")
        sent_bytes = 0
        with pytest.raises(ConnectionError):
            while sent_bytes < 100 << 20:
                client.sendall(part)
                sent_bytes += len(part)
    assert sent_bytes < 50 << 20
    assert running.send(trace_request()).status == 200


def test_a_client_that_has_closed_its_half_gets_its_answer(running: Running) -> None:
    with connect(running) as client:
        client.sendall(post(trace_request()))
        client.shutdown(socket.SHUT_WR)
        assert read_answer(client).startswith(b"HTTP/1.1 200")
        assert client.recv(1) == b""


def test_answers_are_dated(running: Running) -> None:
    assert "date" in running.send(trace_request()).headers
