from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, HTTPException, Request

from spanhouse.listening import open_socket, port_of
from spanhouse.terminal.api import ApiError, ask
from spanhouse.web import WebServer


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    app = FastAPI()

    @app.get("/api/v1/echo")
    def echo(request: Request) -> dict[str, object]:
        return {"query": dict(request.query_params), "key": request.headers.get("authorization")}

    @app.get("/api/v1/missing")
    def missing() -> None:
        raise HTTPException(404, "no such trace")

    listening = open_socket("127.0.0.1", 0, "--port")
    server = WebServer(app, listening, "api")
    server.start()
    yield f"http://127.0.0.1:{port_of(listening)}"
    server.stop()


def test_parameters_and_key_arrive(url: str) -> None:
    answer = ask(url, "/api/v1/echo", {"start": "-15m", "end": None, "limit": 3}, key="secret")
    assert answer == {"query": {"start": "-15m", "limit": "3"}, "key": "Bearer secret"}


def test_refusals_are_told_in_the_servers_words(url: str) -> None:
    with pytest.raises(ApiError, match="404: no such trace"):
        ask(url, "/api/v1/missing", {})


def test_validation_errors_are_readable(url: str) -> None:
    with pytest.raises(ApiError, match="404"):
        ask(url, "/nowhere", {})


def test_no_server_is_told() -> None:
    with open_socket("127.0.0.1", 0, "--port") as free:
        port = port_of(free)
    with pytest.raises(ApiError, match=f"no Spanhouse answers at http://127.0.0.1:{port}"):
        ask(f"http://127.0.0.1:{port}", "/api/v1/links", {})


@pytest.mark.parametrize("address", ["file:///etc/passwd", "", "http://127.0.0.1:abc", "http://[::1"])
def test_only_http_addresses_are_asked(address: str) -> None:
    with pytest.raises(ApiError, match="not an http"):
        ask(address, "", {})


def test_a_port_that_speaks_something_else_is_told() -> None:
    """As the gRPC port does, which is easily taken for the UI's."""
    with open_socket("127.0.0.1", 0, "--port") as other:

        def hang_up_in_http2() -> None:
            client, _ = other.accept()
            with client:
                client.recv(1000)
                client.sendall(b"\x00\x00\x00\x04\x00\x00\x00\x00\x00")

        thread = threading.Thread(target=hang_up_in_http2)
        thread.start()
        with pytest.raises(ApiError, match="did not answer as Spanhouse does"):
            ask(f"http://127.0.0.1:{port_of(other)}", "/api/v1/links", {})
        thread.join()


def test_an_address_with_blanks_is_told() -> None:
    with pytest.raises(ApiError, match="did not answer"):
        ask("http://x y", "/api/v1/links", {})
