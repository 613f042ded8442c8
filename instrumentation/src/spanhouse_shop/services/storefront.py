"""Storefront: where people's requests come in, to look at a product or to buy it."""

from __future__ import annotations

from fastapi import HTTPException
from opentelemetry import trace

from spanhouse_shop.context import ServiceContext
from spanhouse_shop.serving import serve, visit_headers
from spanhouse_shop.web import VisitNumber, peer_client, traced_app


async def run(context: ServiceContext) -> None:
    """Serve visits."""
    app = traced_app("storefront")
    async with peer_client(context, "catalog") as catalog, peer_client(context, "checkout") as checkout:

        async def look(sku: str, visit: int) -> dict[str, str | int]:
            trace.get_current_span().set_attribute("shop.visit", visit)
            await context.work("storefront", visit)
            answer = await catalog.get(f"/products/{sku}", headers=visit_headers(visit))
            if answer.is_error:
                raise HTTPException(502, "the catalog did not answer")
            product: dict[str, str | int] = answer.json()
            return product

        @app.get("/products/{sku}")
        async def show(sku: str, visit: VisitNumber) -> dict[str, str | int]:
            return await look(sku, visit)

        @app.post("/products/{sku}/orders")
        async def buy(sku: str, visit: VisitNumber) -> dict[str, str | bool]:
            await look(sku, visit)
            answer = await checkout.post("/orders", headers=visit_headers(visit))
            if answer.is_error:
                raise HTTPException(502, "the order was not taken")
            order: dict[str, str | bool] = answer.json()
            return order

        await serve(app, context)
