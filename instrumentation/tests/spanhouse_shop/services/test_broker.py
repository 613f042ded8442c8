"""The broker and its client, over a real connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from spanhouse_shop.context import ServiceContext
from spanhouse_shop.messages import BrokerConnection, Message
from spanhouse_shop.ports import bound_socket, port_of
from spanhouse_shop.services.broker import run
from spanhouse_shop.story import Story


def _message(number: int) -> Message:
    return Message(f"m-{number}", number, "tin", 1, {"traceparent": "00-1-2-01"})


def _with_broker(play: Callable[[int, asyncio.Event], Awaitable[None]]) -> None:
    async def scene() -> None:
        stop, ready = asyncio.Event(), asyncio.Event()
        with bound_socket() as reservation:
            port = port_of(reservation)
            context = ServiceContext(Story(1, 1.0, 0.0, 0.0), port, {}, stop, ready.set)
            broker = asyncio.create_task(run(context))
            await ready.wait()
            await play(port, stop)
            stop.set()
            await broker

    asyncio.run(scene())


def test_messages_come_out_whole_in_order_and_once() -> None:
    async def play(port: int, stop: asyncio.Event) -> None:
        async with BrokerConnection(port) as sender, BrokerConnection(port) as taker:
            for number in range(5):
                await sender.put(_message(number))
            assert await taker.take(3) == [_message(0), _message(1), _message(2)]
            assert await taker.take(3) == [_message(3), _message(4)]
            assert await taker.take(3) == []

    _with_broker(play)


def test_concurrent_senders_on_one_connection_lose_nothing() -> None:
    async def play(port: int, stop: asyncio.Event) -> None:
        async with BrokerConnection(port) as connection:
            await asyncio.gather(*(connection.put(_message(number)) for number in range(50)))
            taken = await connection.take(100)
        assert sorted(message.visit_number for message in taken) == list(range(50))

    _with_broker(play)


def test_a_broker_that_is_gone_is_an_error() -> None:
    async def play(port: int, stop: asyncio.Event) -> None:
        async with BrokerConnection(port) as connection:
            await connection.put(_message(1))
            stop.set()
            with pytest.raises(ConnectionError):
                for number in range(100):
                    await connection.put(_message(number))
                    await asyncio.sleep(0.01)

    _with_broker(play)
