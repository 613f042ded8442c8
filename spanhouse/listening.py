"""Opens listening sockets before anything else starts, so that a port in use is said at once and clearly."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket


class CannotListen(Exception):
    """A port cannot be opened; the message names the port, the flag and the reason."""


def open_socket(host: str, port: int, flag: str) -> socket.socket:
    """Opens a listening TCP socket.

    Args:
        host: Address or name; an address with colons is IPv6.
        port: 0 for any free port.
        flag: The flag that chooses the port, for the message.

    Raises:
        CannotListen: The port is taken, not allowed, or the address is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise cannot_listen(host, port, flag, error) from None


def cannot_listen(host: str, port: int, flag: str, error: OSError) -> CannotListen:
    """The message for a listener that did not start."""
    return CannotListen(f"cannot listen on {host_port(host, port)} ({flag}): {_reason(error)}")


def check_free(host: str, port: int, flag: str) -> None:
    """Opens and closes a port that someone else will open later, so that what is wrong is said before.

    Raises:
        CannotListen: See `open_socket`.
    """
    open_socket(host, port, flag).close()


def port_of(listening: socket.socket) -> int:
    """The port a socket really got."""
    port: int = listening.getsockname()[1]
    return port


def host_port(host: str, port: int) -> str:
    """`host:port` as it stands in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can connect to what listens on `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _reason(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "another program listens there; choose another port, or 0 for any free one"
    if error.errno == errno.EACCES:
        return "not allowed; ports below 1024 need special rights"
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
