"""Zipkin endpoints as OTel attributes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from collector.otlp.json_values import read_object
from collector.refusal import Invalid, Reason

UNKNOWN_SERVICE = "unknown_service"
"""OTel's name for a service that does not say its own."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One side of a call.

    Attributes:
        service: Empty when not given.
        address: IPv4 before IPv6; empty when not given.
        port: 0 when not given.
    """

    service: str
    address: str
    port: int


def read_endpoint(value: object, field: str) -> Endpoint:
    """Read `localEndpoint` or `remoteEndpoint`; null is an empty one.

    Raises:
        Invalid: A part has the wrong type.
    """
    endpoint = read_object(value, field)
    port = endpoint.get("port") or 0
    if type(port) is not int or not 0 <= port <= 65535:
        raise Invalid(Reason.UNDECODABLE, f"{field}.port must be a number from 0 to 65535", f"{field}.port")
    address = read_string(endpoint, "ipv4", field) or read_string(endpoint, "ipv6", field)
    return Endpoint(read_string(endpoint, "serviceName", field), address, port)


def read_string(item: dict[str, Any], name: str, field: str) -> str:
    """A string member; absent and null are empty.

    Raises:
        Invalid: It has another type.
    """
    value = item.get(name)
    if value is None:
        return ""
    if type(value) is str:
        return value
    raise Invalid(Reason.UNDECODABLE, f"{field}.{name} must be a string", f"{field}.{name}")
