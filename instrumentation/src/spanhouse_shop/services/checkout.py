"""Checkout: reserves the goods, has them paid and queues the order.

Goods that cannot be reserved are put on back order, so a failing inventory does not fail the sale.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import grpc
from opentelemetry import propagate, trace
from opentelemetry.instrumentation.grpc import aio_client_interceptors
from opentelemetry.trace import SpanKind

from spanhouse_shop.context import ServiceContext
from spanhouse_shop.messages import QUEUE, QUEUE_SYSTEM, BrokerConnection, Message
from spanhouse_shop.ports import LOOPBACK
from spanhouse_shop.services.inventory import INVENTORY_SERVICE, RESERVE
from spanhouse_shop.serving import serve, visit_headers
from spanhouse_shop.story import Visit
from spanhouse_shop.web import VisitNumber, peer_client, traced_app

ReserveCall = Callable[[bytes], Awaitable[bytes]]


async def run(context: ServiceContext) -> None:
    """Serve orders."""
    app = traced_app("checkout")
    inventory_address = f"{LOOPBACK}:{context.peer_ports['inventory']}"
    tracing = aio_client_interceptors()  # type: ignore[no-untyped-call]  # upstream has no annotations
    async with (
        BrokerConnection(context.peer_ports["broker"]) as broker,
        peer_client(context, "payment") as payment,
        grpc.aio.insecure_channel(inventory_address, interceptors=tracing) as channel,
    ):
        reserve: ReserveCall = channel.unary_unary(
            f"/{INVENTORY_SERVICE}/{RESERVE}", request_serializer=bytes, response_deserializer=bytes
        )

        @app.post("/orders")
        async def order(visit: VisitNumber) -> dict[str, str | bool]:
            wish = context.story.visit(visit)
            await context.work("checkout", visit)
            reserved = await _reserve(reserve, wish)
            trace.get_current_span().set_attribute("shop.order.back_order", not reserved)
            answer = await payment.post("/charges", headers=visit_headers(visit))
            answer.raise_for_status()
            await _queue(broker, wish)
            return {"order": f"o-{visit}", "back_order": not reserved}

        await serve(app, context)


async def _reserve(reserve: ReserveCall, wish: Visit) -> bool:
    request = {"visit_number": wish.number, "sku": wish.sku, "quantity": wish.quantity}
    try:
        await reserve(json.dumps(request).encode())
    except grpc.aio.AioRpcError:
        return False
    return True


async def _queue(broker: BrokerConnection, wish: Visit) -> None:
    message_id = f"m-{wish.number}"
    attributes = {
        "messaging.system": QUEUE_SYSTEM,
        "messaging.destination.name": QUEUE,
        "messaging.operation.type": "send",
        "messaging.operation.name": "send",
        "messaging.message.id": message_id,
    }
    tracer = trace.get_tracer("spanhouse_shop")
    with tracer.start_as_current_span(f"send {QUEUE}", kind=SpanKind.PRODUCER, attributes=attributes):
        headers: dict[str, str] = {}
        propagate.inject(headers)
        await broker.put(Message(message_id, wish.number, wish.sku, wish.quantity, headers))
