"""The first-run page: where to send spans, snippets to copy, and a line that listens until the first arrives.

Owns the snippets' words and `/-/first-span`, which the page polls. Knows nothing of the collector but what it
is given: addresses and a way to ask for the last refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from storage.errors import StorageError
from ui.formats import age
from ui.rendering import Pages
from ui.security import SECURITY_HEADERS
from ui.time_range import TimeRange

_ANY_HOSTS = ("0.0.0.0", "::", "[::]", "")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where spans can be sent, as `host:port`; None when another process takes them."""

    otlp_grpc: str | None = None
    otlp_http: str | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why the last refused request was refused, and when (Unix nanoseconds)."""

    reason: str
    time_ns: int


@dataclass(frozen=True, slots=True)
class Snippet:
    """One way to send a first trace."""

    name: str
    label: str
    text: str


class Onboarding:
    """Builds the first-run page.

    Args:
        pages: What every page is built with.
        endpoints: Where this installation takes spans.
        last_rejection: The last refused request since the process started; None when it cannot be known here.
    """

    def __init__(
        self, pages: Pages, endpoints: Endpoints, last_rejection: Callable[[], Rejection | None] | None
    ) -> None:
        self._pages = pages
        self._endpoints = endpoints
        self._last_rejection = last_rejection

    def page(self, request: Request, time_range: TimeRange) -> Response:
        """The page shown instead of the map while no span is stored."""
        host = request.url.hostname or "127.0.0.1"
        grpc = reachable(self._endpoints.otlp_grpc, host, 4317)
        http = reachable(self._endpoints.otlp_http, host, 4318)
        return self._pages.renderer.page(
            request,
            "first_run.html",
            time_range,
            grpc=grpc,
            http=http,
            snippets=snippets(grpc, http),
            refusal=self._refusal(),
        )

    def routes(self) -> APIRouter:
        """`GET /-/first-span`: `{"arrived": bool, "refusal": str | null}`."""
        router = APIRouter(include_in_schema=False)

        @router.get("/-/first-span")
        def first_span() -> Response:
            try:
                arrived = self._pages.questions.search.has_any_trace()
            except StorageError:
                arrived = False
            headers = {**SECURITY_HEADERS, "Cache-Control": "no-store"}
            return JSONResponse({"arrived": arrived, "refusal": self._refusal()}, headers=headers)

        return router

    def _refusal(self) -> str | None:
        refused = self._last_rejection() if self._last_rejection else None
        if refused is None:
            return None
        return f"{refused.reason} ({age(refused.time_ns, self._pages.clock_ns())})"


def reachable(address: str | None, host: str, default_port: int) -> str:
    """An address the reader can send to; a listener on all interfaces is reached as the page was."""
    if address is None:
        return f"{host}:{default_port}"
    listening, _, port = address.rpartition(":")
    return f"{host}:{port}" if listening in _ANY_HOSTS else address


def snippets(grpc: str, http: str) -> list[Snippet]:
    """Four ways to send a first trace to these addresses."""
    return [
        Snippet(
            "python",
            "Python",
            "pip install opentelemetry-distro opentelemetry-exporter-otlp\n"
            "opentelemetry-bootstrap -a install\n"
            "OTEL_SERVICE_NAME=my-service \\\n"
            f"OTEL_EXPORTER_OTLP_ENDPOINT=http://{grpc} \\\n"
            "opentelemetry-instrument python app.py",
        ),
        Snippet(
            "node",
            "Node",
            "npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node\n"
            "OTEL_SERVICE_NAME=my-service \\\n"
            f"OTEL_EXPORTER_OTLP_ENDPOINT=http://{http} \\\n"
            "OTEL_METRICS_EXPORTER=none OTEL_LOGS_EXPORTER=none \\\n"
            "node --require @opentelemetry/auto-instrumentations-node/register app.js",
        ),
        Snippet(
            "java",
            "Java",
            "OTEL_SERVICE_NAME=my-service \\\n"
            f"OTEL_EXPORTER_OTLP_ENDPOINT=http://{http} \\\n"
            "OTEL_METRICS_EXPORTER=none OTEL_LOGS_EXPORTER=none \\\n"
            "java -javaagent:opentelemetry-javaagent.jar -jar app.jar",
        ),
        Snippet(
            "collector",
            "OTel Collector",
            "exporters:\n"
            "  otlp/spanhouse:\n"
            f"    endpoint: {grpc}\n"
            "    tls:\n"
            "      insecure: true\n"
            "service:\n"
            "  pipelines:\n"
            "    traces:\n"
            "      receivers: [otlp]\n"
            "      exporters: [otlp/spanhouse]",
        ),
    ]
