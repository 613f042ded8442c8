from __future__ import annotations

import socket

import pytest
from spanhouse_shop.ports import LOOPBACK, bound_socket, port_of


def test_a_reservation_keeps_others_out_and_lets_the_promised_child_in() -> None:
    with bound_socket() as reservation:
        port = port_of(reservation)
        with socket.socket() as stranger, pytest.raises(OSError):
            stranger.bind((LOOPBACK, port))
        with bound_socket(port) as listener:
            listener.listen()
            # The reservation does not listen, so every connection reaches the child.
            for _ in range(20):
                with socket.create_connection((LOOPBACK, port)):
                    listener.accept()[0].close()


def test_a_port_of_a_stranger_is_refused() -> None:
    with socket.socket() as stranger:
        stranger.bind((LOOPBACK, 0))
        with pytest.raises(OSError):
            bound_socket(port_of(stranger))
