"""Orders worker: takes orders off the queue in batches, stores them and has their receipts mailed.

A batch answers several traces at once, so its span is a root of its own with a link to the span that
created each message, as the messaging conventions have it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Iterator, Sequence

import httpx
from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, SpanContext, SpanKind

from spanhouse_shop.context import ServiceContext
from spanhouse_shop.database import Database
from spanhouse_shop.messages import QUEUE, QUEUE_SYSTEM, BrokerConnection, Message
from spanhouse_shop.serving import visit_headers
from spanhouse_shop.web import peer_client

_CREATE_ORDERS = "CREATE TABLE orders (id TEXT PRIMARY KEY, sku TEXT NOT NULL, quantity INTEGER NOT NULL)"
_INSERT_ORDER = "INSERT OR REPLACE INTO orders (id, sku, quantity) VALUES (?, ?, ?)"
# Long enough that a batch often holds several orders at the demo's pace.
_POLL_SECONDS = 0.4
_BATCH_LIMIT = 20

_log = logging.getLogger(__name__)


async def run(context: ServiceContext) -> None:
    """Process batches until told to stop."""
    database = Database("orders", _CREATE_ORDERS)
    async with (
        BrokerConnection(context.peer_ports["broker"]) as broker,
        peer_client(context, "mailer") as mailer,
    ):
        context.announce_ready()
        while not context.stop.is_set():
            for batch in _by_sampling(await broker.take(_BATCH_LIMIT)):
                await _process(context, batch, database, mailer)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(context.stop.wait(), _POLL_SECONDS)


async def _process(
    context: ServiceContext, batch: Sequence[Message], database: Database, mailer: httpx.AsyncClient
) -> None:
    links = [Link(creator, {"messaging.message.id": message.id}) for message, creator in _creators(batch)]
    attributes: dict[str, str | int] = {
        "messaging.system": QUEUE_SYSTEM,
        "messaging.destination.name": QUEUE,
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.consumer.group.name": "orders-worker",
        "messaging.batch.message_count": len(batch),
    }
    sampled = any(link.context.trace_flags.sampled for link in links)
    # A batch that nobody samples is not recorded either: it follows the decision of its first message.
    parent = Context() if sampled else propagate.extract(batch[0].headers, context=Context())
    tracer = trace.get_tracer("spanhouse_shop")
    with tracer.start_as_current_span(
        f"process {QUEUE}", context=parent, kind=SpanKind.CONSUMER, attributes=attributes, links=links
    ) as span:
        results = await asyncio.gather(
            *(_fulfil(context, message, database, mailer) for message in batch), return_exceptions=True
        )
        for error in results:
            if isinstance(error, httpx.HTTPError | sqlite3.Error):
                span.record_exception(error)
                _log.warning("an order was not fulfilled: %r", error)
            elif error is not None:
                raise error


def _creators(batch: Sequence[Message]) -> Iterator[tuple[Message, SpanContext]]:
    for message in batch:
        creator = trace.get_current_span(propagate.extract(message.headers, context=Context()))
        yield message, creator.get_span_context()


def _by_sampling(batch: Sequence[Message]) -> list[list[Message]]:
    """Part a batch: unsampled messages (the warm-up's) must not ride along in a recorded trace."""
    parts: dict[bool, list[Message]] = {}
    for message, creator in _creators(batch):
        parts.setdefault(creator.trace_flags.sampled, []).append(message)
    return list(parts.values())


async def _fulfil(
    context: ServiceContext, message: Message, database: Database, mailer: httpx.AsyncClient
) -> None:
    visit = message.visit_number
    await context.work("orders-worker", visit)
    disk_seconds = context.story.work_seconds("orders-database", visit)
    await database.run(_INSERT_ORDER, [message.id, message.sku, message.quantity], disk_seconds)
    answer = await mailer.post("/receipts", headers=visit_headers(visit))
    answer.raise_for_status()
