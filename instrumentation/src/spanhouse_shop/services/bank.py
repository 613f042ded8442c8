"""The bank: one transfer at a time is quick; from a moment on in the story it is not."""

from __future__ import annotations

from spanhouse_shop.context import ServiceContext
from spanhouse_shop.serving import serve
from spanhouse_shop.web import VisitNumber, traced_app


async def run(context: ServiceContext) -> None:
    """Serve transfers."""
    app = traced_app("bank")

    @app.post("/transfers")
    async def transfer(visit: VisitNumber) -> dict[str, str]:
        await context.work("bank", visit)
        return {"transfer": f"t-{visit}"}

    await serve(app, context)
