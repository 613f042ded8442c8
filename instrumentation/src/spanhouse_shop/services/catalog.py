"""Catalog: looks products up in its SQL database."""

from __future__ import annotations

from fastapi import HTTPException

from spanhouse_shop.context import ServiceContext
from spanhouse_shop.database import Database
from spanhouse_shop.serving import serve
from spanhouse_shop.story import SKUS
from spanhouse_shop.web import VisitNumber, traced_app

_CREATE_PRODUCTS = "CREATE TABLE products (sku TEXT PRIMARY KEY, price_cents INTEGER NOT NULL)"
_INSERT_PRODUCT = "INSERT INTO products (sku, price_cents) VALUES (?, ?)"
_SELECT_PRODUCT = "SELECT sku, price_cents FROM products WHERE sku = ?"


async def run(context: ServiceContext) -> None:
    """Serve products."""
    app = traced_app("catalog")
    database = Database("products", _CREATE_PRODUCTS)
    database.fill(_INSERT_PRODUCT, [(sku, 150 + 250 * position) for position, sku in enumerate(SKUS)])

    @app.get("/products/{sku}")
    async def product(sku: str, visit: VisitNumber) -> dict[str, str | int]:
        await context.work("catalog", visit)
        disk_seconds = context.story.work_seconds("catalog-database", visit)
        rows = await database.run(_SELECT_PRODUCT, [sku], disk_seconds)
        if not rows:
            raise HTTPException(404, f"no product {sku!r}")
        return {"sku": rows[0][0], "price_cents": rows[0][1]}

    await serve(app, context)
