from __future__ import annotations

import httpx
from spanhouse_shop.serving import server_config


async def _silent(scope: object, receive: object, send: object) -> None:
    raise AssertionError("nobody asks")


def test_the_client_is_the_first_to_close_an_idle_connection() -> None:
    # A server that closes first can meet a request on its way: "Server disconnected", an order unfulfilled.
    client_seconds = httpx.Limits().keepalive_expiry
    assert client_seconds is not None
    assert server_config(_silent).timeout_keep_alive > 2 * client_seconds
