from __future__ import annotations

import asyncio

import httpx
from spanhouse_shop.loopback import LoopbackTransport
from spanhouse_shop.ports import LOOPBACK, bound_socket, port_of


async def _request_to(url: str) -> tuple[bytes, httpx.Response]:
    heads: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    sock = bound_socket()
    transport = LoopbackTransport(port_of(sock))
    async with (
        await asyncio.start_server(answer, sock=sock),
        httpx.AsyncClient(transport=transport, trust_env=False) as client,
    ):
        response = await client.post(url, content=b"hello")
    return heads[0], response


def test_a_public_name_is_answered_by_loopback_and_stays_in_the_request() -> None:
    head, response = asyncio.run(_request_to("https://api.mailhost.example/v1/messages"))
    assert response.status_code == 202
    assert head.startswith(b"POST /v1/messages ")
    assert b"\r\nhost: api.mailhost.example\r\n" in head.lower()
    assert LOOPBACK.encode() not in head
