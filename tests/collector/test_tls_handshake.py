"""What clients and the log are told when a handshake fails, on both listeners."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from collector.tls import TlsFiles
from collector.tls_handshake import QUIET_SECONDS, HandshakeFailures
from tests.collector.running import Running

Start = Callable[..., Running]
LISTENERS = ["grpc", "http", "zipkin"]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def running(start: Start, authority: trustme.CA, tmp_path: Path) -> Running:
    issued = authority.issue_cert("127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "server.crt")
    issued.private_key_pem.write_to_path(tmp_path / "server.key")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return start(tls=TlsFiles(tmp_path / "server.crt", tmp_path / "server.key", tmp_path / "ca.pem"))


def first_bytes(running: Running, listener: str, context: ssl.SSLContext) -> bytes:
    """Reads from a TLS connection: with TLS 1.3 the server's refusal comes after the client's handshake."""
    port = getattr(running.ingest, listener).port
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        return connection.recv(100)


@pytest.mark.parametrize("listener", LISTENERS)
def test_a_client_without_a_certificate_is_told_so(
    running: Running, authority: trustme.CA, listener: str, caplog: pytest.LogCaptureFixture
) -> None:
    context = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())
    with caplog.at_level(logging.INFO), pytest.raises(ssl.SSLError, match="certificate required"):
        first_bytes(running, listener, context)
    assert "a client's TLS handshake failed: PEER_DID_NOT_RETURN_A_CERTIFICATE" in caplog.text


@pytest.mark.parametrize("listener", LISTENERS)
def test_a_client_with_a_strange_certificate_is_told_so(
    running: Running, authority: trustme.CA, listener: str
) -> None:
    context = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())
    trustme.CA().issue_cert("client").configure_cert(context)
    with pytest.raises(ssl.SSLError, match="unknown ca"):
        first_bytes(running, listener, context)


@pytest.mark.parametrize("listener", LISTENERS)
def test_what_is_no_handshake_ends(running: Running, listener: str) -> None:
    port = getattr(running.ingest, listener).port
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        plain.sendall(b"POST /v1/traces HTTP/1.1\r\n\r\n")
        # An alert in clear text, or nothing.
        assert plain.recv(100)[:1] in (b"", b"\x15")


def test_many_failures_are_told_once_in_a_while(caplog: pytest.LogCaptureFixture) -> None:
    now = 1000.0
    failures = HandshakeFailures(lambda: now)
    error = ssl.SSLError(1, "bad")
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            failures.note(error)
        assert len(caplog.records) == 1
        now += QUIET_SECONDS + 1
        failures.note(error)
    assert len(caplog.records) == 2
    assert "4 more before it" in caplog.records[1].message
