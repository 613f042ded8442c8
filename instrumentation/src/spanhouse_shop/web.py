"""HTTP as the traced services of the shop speak it: FastAPI applications and httpx clients.

Owns how the two libraries are instrumented; `serving` puts an application on its port.
"""

from __future__ import annotations

from typing import Annotated

import httpx
from fastapi import FastAPI, Header
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

from spanhouse_shop.context import ServiceContext
from spanhouse_shop.ports import LOOPBACK
from spanhouse_shop.serving import VISIT_HEADER

VisitNumber = Annotated[int, Header(alias=VISIT_HEADER)]

_TIMEOUT_SECONDS = 10.0


def traced_app(name: str) -> FastAPI:
    """An application with one SERVER span per request.

    FastAPI traces itself since 0.142, and steps aside where it notices contrib's instrumentation; it is
    switched off here so that nothing rests on being noticed. Contrib's spans per body part are left out.
    """
    app = FastAPI(title=name, openapi_url=None, telemetry={"tracing": False, "metrics": False, "logs": False})
    FastAPIInstrumentor.instrument_app(app, exclude_spans=["receive", "send"])
    return app


def traced_client(base_url: str, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client with one CLIENT span per request, which names `base_url` wherever `transport` goes."""
    client = httpx.AsyncClient(
        base_url=base_url, transport=transport, timeout=_TIMEOUT_SECONDS, trust_env=False
    )
    HTTPXClientInstrumentor.instrument_client(client)
    return client


def peer_client(context: ServiceContext, peer: str) -> httpx.AsyncClient:
    """A traced client for another service of the shop."""
    return traced_client(f"http://{LOOPBACK}:{context.peer_ports[peer]}")
