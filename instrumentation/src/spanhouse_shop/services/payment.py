"""Payment: takes the money by a transfer at the bank, and waits for it."""

from __future__ import annotations

from spanhouse_shop.context import ServiceContext
from spanhouse_shop.serving import serve, visit_headers
from spanhouse_shop.web import VisitNumber, peer_client, traced_app


async def run(context: ServiceContext) -> None:
    """Serve charges."""
    app = traced_app("payment")
    async with peer_client(context, "bank") as bank:

        @app.post("/charges")
        async def charge(visit: VisitNumber) -> dict[str, str]:
            await context.work("payment", visit)
            answer = await bank.post("/transfers", headers=visit_headers(visit))
            answer.raise_for_status()
            return {"charge": f"c-{visit}"}

        await serve(app, context)
