"""Inventory: reserves goods, over gRPC; from a moment on in the story some reservations fail.

Requests and answers are JSON in bytes under generic handlers, so the shop needs no generated code.
"""

from __future__ import annotations

import json

import grpc
from opentelemetry import trace
from opentelemetry.instrumentation.grpc import aio_server_interceptor

from spanhouse_shop.context import ServiceContext
from spanhouse_shop.ports import LOOPBACK

INVENTORY_SERVICE = "shop.inventory.v1.Inventory"
RESERVE = "Reserve"


class StockShardError(Exception):
    """The part of the stock that holds the goods did not answer."""


async def run(context: ServiceContext) -> None:
    """Serve reservations."""

    async def reserve(request: bytes, call: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        order = json.loads(request)
        visit: int = order["visit_number"]
        await context.work("inventory", visit)
        try:
            _take_from_stock(order["sku"], fails=context.story.reservation_fails(visit))
        except StockShardError as error:
            trace.get_current_span().record_exception(error)
            # Details first: the instrumentation writes the span's status when the code is set. `abort`
            # would raise, and the instrumentation would record that as a second exception.
            call.set_details(str(error))
            call.set_code(grpc.StatusCode.UNAVAILABLE)
            return b""
        return json.dumps({"reservation": f"r-{visit}"}).encode()

    tracing = aio_server_interceptor()  # type: ignore[no-untyped-call]  # upstream has no annotations
    server = grpc.aio.server(interceptors=[tracing])
    handlers = {RESERVE: grpc.unary_unary_rpc_method_handler(reserve)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(INVENTORY_SERVICE, handlers),))
    server.add_insecure_port(f"{LOOPBACK}:{context.port}")
    await server.start()
    context.announce_ready()
    await context.stop.wait()
    await server.stop(grace=1.0)


def _take_from_stock(sku: str, *, fails: bool) -> None:
    if fails:
        raise StockShardError(f"stock shard 2 holding {sku!r} did not answer")
