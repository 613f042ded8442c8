"""Keeps requests to the pretended outside world on this machine.

The traced client sees the public name, so that its span says what a real one would; only the connection
below goes to a loopback port.
"""

from __future__ import annotations

import httpx

from spanhouse_shop.ports import LOOPBACK


class LoopbackTransport(httpx.AsyncBaseTransport):
    """Sends every request to one loopback port, whatever host its URL names."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request` to loopback; the Host header keeps the public name."""
        local = httpx.Request(
            method=request.method,
            url=request.url.copy_with(scheme="http", host=LOOPBACK, port=self._port),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return await self._inner.handle_async_request(local)

    async def aclose(self) -> None:
        """Close the pooled connections."""
        await self._inner.aclose()
