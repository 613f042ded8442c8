"""`/healthz`, `/readyz` and `/metrics`: what an orchestrator and Prometheus ask a process."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.responses import JSONResponse, Response

from storage.errors import StorageError

RETRY_AFTER_SECONDS = 5


def health_routes(check_store: Callable[[], None], registry: CollectorRegistry) -> APIRouter:
    """Routes about the process itself.

    Args:
        check_store: Returns when the store answers; raises a `StorageError` otherwise.
        registry: The metrics to show.
    """
    router = APIRouter(tags=["process"])

    @router.get("/healthz", summary="The process is up")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz", summary="The store can be reached", responses={503: {"description": "It cannot"}})
    def readyz() -> Response:
        try:
            check_store()
        except StorageError as error:
            return JSONResponse(
                {"status": "store unreachable", "detail": str(error)},
                status_code=503,
                headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            )
        return JSONResponse({"status": "ok"})

    @router.get("/metrics", summary="Own metrics in Prometheus text format", response_class=Response)
    def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router
