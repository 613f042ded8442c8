"""Free loopback ports that stay free until the child that was promised one takes it.

A reservation is a bound socket that never listens: nobody else can be given the port, and a listener that
sets SO_REUSEPORT, as every child does, can still bind it.
"""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"


def bound_socket(port: int = 0) -> socket.socket:
    """Bind a TCP socket on loopback (0: any free port) that others may share by SO_REUSEPORT.

    Raises:
        OSError: the port is taken by somebody who does not share it.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((LOOPBACK, port))
    except OSError:
        sock.close()
        raise
    return sock


def port_of(sock: socket.socket) -> int:
    """The port a bound socket has."""
    port: int = sock.getsockname()[1]
    return port
