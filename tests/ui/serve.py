"""Serves the pages over the shop, to look at them: `python -m tests.ui.serve [SHOP] [PORT]`."""

from __future__ import annotations

import sys
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from tests.ui.shop import NOW_NS, Shop, big_shop, big_shop_in_namespaces, shop_in_namespaces
from ui.app import add_pages
from ui.onboarding import Endpoints

SHOPS: dict[str, Callable[[], Shop]] = {
    "shop": Shop,
    "spaces": shop_in_namespaces,
    "big": big_shop,
    "big-spaces": big_shop_in_namespaces,
    "empty": lambda: Shop((), any_trace=False),
}


def shop_app(shop: Shop) -> FastAPI:
    """The pages over a shop, with the clock standing still."""
    app = FastAPI(
        docs_url=None, redoc_url=None, telemetry={"tracing": False, "metrics": False, "logs": False}
    )
    add_pages(app, shop, lambda: NOW_NS, endpoints=Endpoints("0.0.0.0:4317", "0.0.0.0:4318"))
    return app


if __name__ == "__main__":
    which = sys.argv[1] if len(sys.argv) > 1 else "shop"
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 8799
    uvicorn.run(shop_app(SHOPS[which]()), host="127.0.0.1", port=port, log_level="warning")
