from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from spanhouse.web import WebServer


@pytest.fixture
def port() -> Iterator[int]:
    app = FastAPI()

    @app.get("/numbers")
    def numbers() -> list[int]:
        return [1, 2, 3]

    listening = socket.create_server(("127.0.0.1", 0))
    server = WebServer(app, listening, "numbers")
    server.start()
    yield listening.getsockname()[1]
    server.stop()


def test_head_is_answered_like_get_without_a_body(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("HEAD", "/numbers")
    head = connection.getresponse()
    assert (head.status, head.read()) == (200, b"")
    connection.request("GET", "/numbers")
    answer = connection.getresponse()
    assert answer.read() == b"[1,2,3]"
    assert head.headers["content-length"] == answer.headers["content-length"]
    connection.close()


def test_headers_without_end_are_refused(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(b"GET /numbers HTTP/1.1\r\nx: ")
        with pytest.raises(ConnectionError):
            for _ in range(1000):
                client.sendall(b"x" * 65536)
