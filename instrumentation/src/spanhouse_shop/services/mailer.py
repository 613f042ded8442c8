"""Mailer: sends receipts through a third party's API, which shows on the map as an external system."""

from __future__ import annotations

from spanhouse_shop.context import ServiceContext
from spanhouse_shop.loopback import LoopbackTransport
from spanhouse_shop.serving import serve, visit_headers
from spanhouse_shop.web import VisitNumber, traced_app, traced_client

# `.example` is reserved (RFC 2606): the name resolves nowhere, and LoopbackTransport never asks.
MAILHOST = "api.mailhost.example"


async def run(context: ServiceContext) -> None:
    """Serve receipts."""
    app = traced_app("mailer")
    transport = LoopbackTransport(context.peer_ports["mailhost"])
    async with traced_client(f"http://{MAILHOST}", transport) as mailhost:

        @app.post("/receipts")
        async def receipt(visit: VisitNumber) -> dict[str, str]:
            await context.work("mailer", visit)
            answer = await mailhost.post("/v1/messages", headers=visit_headers(visit))
            answer.raise_for_status()
            return {"receipt": f"m-{visit}"}

        await serve(app, context)
