from __future__ import annotations

import pytest

from spanhouse.listening import CannotListen, host_port, is_loopback, open_socket, port_of


def test_port_zero_gets_a_free_port() -> None:
    with open_socket("127.0.0.1", 0, "--port") as one, open_socket("127.0.0.1", 0, "--port") as other:
        assert port_of(one) and port_of(other)
        assert port_of(one) != port_of(other)


def test_a_port_in_use_is_said_with_its_flag() -> None:
    with open_socket("127.0.0.1", 0, "--port") as taken:
        port = port_of(taken)
        with pytest.raises(CannotListen, match=rf"127\.0\.0\.1:{port} \(--port\): another program listens"):
            open_socket("127.0.0.1", port, "--port")


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(CannotListen, match=r"192\.0\.2\.1:0 \(--host\)"):
        open_socket("192.0.2.1", 0, "--host")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("collector.example", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_ipv6_addresses_get_brackets() -> None:
    assert host_port("::1", 80) == "[::1]:80"
    assert host_port("127.0.0.1", 80) == "127.0.0.1:80"
