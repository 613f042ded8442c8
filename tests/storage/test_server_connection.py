import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest

from storage.endpoint import ServerEndpoint, parse_server_url
from storage.server_connection import ServerConnection, ServerRefusal

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def connection(clickhouse_url: str) -> Iterator[ServerConnection]:
    opened = ServerConnection(parse_server_url(clickhouse_url))
    yield opened
    opened.close()


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[ServerEndpoint]:
    """A server that hands each connection to `serve`, one after the other."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            while True:
                try:
                    accepted, _ = listener.accept()
                except OSError:
                    return
                with accepted:
                    serve(accepted)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield parse_server_url(f"http://127.0.0.1:{listener.getsockname()[1]}")
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def target(sql: str) -> bytes:
    return f"/?query={quote(sql)}".encode()


def test_the_pieces_of_a_body_arrive_in_order_however_many() -> None:
    pieces = [b"%d," % number for number in range(5_000)] + [bytes(range(256)) * 20_000, b"!"]
    body, received = b"".join(pieces), bytearray()

    def serve(accepted: socket.socket) -> None:
        while not received.endswith(b"!"):
            received.extend(accepted.recv(65_536))
        accepted.sendall(OK)

    with listening(serve) as endpoint:
        connection = ServerConnection(endpoint)
        assert connection.post(b"/", pieces) == b"ok"
        connection.close()
    head, _, rest = bytes(received).partition(b"\r\n\r\n")
    assert rest == body
    assert f"Content-Length: {len(body)}".encode() in head


@pytest.mark.server
def test_a_connection_is_used_again(connection: ServerConnection) -> None:
    assert connection.post(target("SELECT 1"), []) == b"1\n"
    used = connection._socket
    assert connection.post(target("SELECT number FROM numbers(100000) FORMAT Null"), []) == b""
    assert connection.post(target("SELECT 2"), []) == b"2\n"
    assert connection._socket is used


@pytest.mark.server
def test_an_error_has_clickhouses_code_and_leaves_the_connection_usable(connection: ServerConnection) -> None:
    with pytest.raises(ServerRefusal, match="UNKNOWN_TABLE") as refused:
        connection.post(target("SELECT * FROM nowhere"), [])
    assert refused.value.code == 60
    assert connection.post(target("SELECT 1"), []) == b"1\n"


def test_a_connection_that_the_server_closed_in_the_meantime_is_opened_anew() -> None:
    def serve(accepted: socket.socket) -> None:
        accepted.recv(65_536)
        accepted.sendall(OK)

    with listening(serve) as endpoint:
        connection = ServerConnection(endpoint)
        for _ in range(3):
            assert connection.post(b"/", []) == b"ok"
        connection.close()


def test_a_request_on_a_connection_that_is_being_closed_is_sent_once_more() -> None:
    served: list[int] = []

    def serve(accepted: socket.socket) -> None:
        accepted.recv(65_536)
        served.append(len(served))
        accepted.sendall(OK)
        # Taken, then closed without an answer: the client cannot know beforehand.
        if len(served) == 1:
            accepted.recv(65_536)

    with listening(serve) as endpoint:
        connection = ServerConnection(endpoint)
        assert connection.post(b"/", []) == b"ok"
        assert connection.post(b"/", []) == b"ok"
        assert len(served) == 2
        connection.close()


def test_no_answer_on_a_new_connection_is_an_error() -> None:
    with listening(lambda accepted: None) as endpoint:
        connection = ServerConnection(endpoint)
        with pytest.raises(ConnectionError):
            connection.post(b"/", [])


@pytest.mark.parametrize(
    "garbage", [b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"]
)
def test_what_is_not_http_is_an_error(garbage: bytes) -> None:
    def serve(accepted: socket.socket) -> None:
        accepted.recv(65_536)
        accepted.sendall(garbage)

    with listening(serve) as endpoint:
        connection = ServerConnection(endpoint)
        with pytest.raises(OSError, match="HTTP"):
            connection.post(b"/", [])


def test_an_answer_that_says_it_is_the_last_one_is() -> None:
    def serve(accepted: socket.socket) -> None:
        accepted.recv(65_536)
        accepted.sendall(OK.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))

    with listening(serve) as endpoint:
        connection = ServerConnection(endpoint)
        assert connection.post(b"/", []) == b"ok"
        assert connection._socket is None
