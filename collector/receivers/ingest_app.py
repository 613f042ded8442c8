"""What every HTTP ingest endpoint does alike: routes, methods, keys, CORS, and refusals as status codes."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace

from google.rpc.status_pb2 import Status  # type: ignore[import-untyped] # no stubs

from collector.budget import ByteBudget, Reservation
from collector.keys import KeyRing
from collector.limits import Limits
from collector.metrics import Transport
from collector.otlp.answers import Encoding, encode_status, status_of
from collector.pipeline import Pipeline
from collector.receivers.cors import CorsPolicy
from collector.receivers.http_body import BodyReader, SlowBody, UnsupportedEncoding, UnsupportedType
from collector.receivers.http_exchange import HttpAnswer, HttpApp, HttpRequest
from collector.refusal import Internal, Invalid, Reason, Refusal, TooLarge, Unauthenticated, Unavailable

_ALLOW = "POST, OPTIONS"


class IngestApp(HttpApp):
    """Base of the applications behind the ingest ports.

    Args:
        pipeline: Where trace requests go.
        limits: For reading bodies.
        budget: Bytes in flight, shared with the other listeners.
        keys: Who may send.
        cors: Which web pages may send.
        transport: For accounting.
        paths: All that exist; anything else is 404.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        limits: Limits,
        budget: ByteBudget,
        keys: KeyRing,
        cors: CorsPolicy,
        transport: Transport,
        paths: tuple[str, ...],
    ) -> None:
        super().__init__(4 * limits.max_request_bytes, limits.body_read_timeout_seconds)
        self._pipeline = pipeline
        self._limits = limits
        self._budget = budget
        self._keys = keys
        self._cors = cors
        self._transport = transport
        self._paths = paths
        self._bodies = BodyReader(limits)

    @abstractmethod
    async def store(self, request: HttpRequest) -> HttpAnswer:
        """Read, convert, store; the route, the method and the key are good.

        Raises:
            Refusal: To be answered as a failure.
        """

    def failure_encoding(self, request: HttpRequest) -> Encoding:
        """How a failure is written for this request."""
        return Encoding.JSON

    async def answer(self, request: HttpRequest) -> HttpAnswer:
        """Route, admit, store."""
        origin_headers = self._cors.headers(request.headers)
        answer = self._misrouted(request)
        if answer is None:
            try:
                if not self._keys.admits(request.headers):
                    raise Unauthenticated(Reason.UNAUTHENTICATED, "a valid ingest key is required")
                answer = await self.store(request)
            except Refusal as refusal:
                answer = self._refused(request, refusal)
        return replace(answer, headers=answer.headers | origin_headers)

    def defect(self, request: HttpRequest) -> HttpAnswer:
        """HTTP 500 without details."""
        return self._refused(request, Internal(Reason.INTERNAL, "the collector failed; see its log"))

    def _misrouted(self, request: HttpRequest) -> HttpAnswer | None:
        if request.path not in self._paths:
            return self._failed(request, 404, Status(message=f"no such path; send to {self._paths[0]}"))
        if request.method == "OPTIONS":
            preflight = self._cors.preflight_headers(request.headers)
            if preflight is not None:
                return HttpAnswer(204, headers=preflight)
        if request.method != "POST":
            return self._failed(request, 405, Status(message="use POST"), {"allow": _ALLOW})
        return None

    def _refused(self, request: HttpRequest, refusal: Refusal) -> HttpAnswer:
        self._pipeline.note(refusal, self._transport)
        headers = {}
        if isinstance(refusal, Unavailable):
            headers["retry-after"] = str(refusal.retry_after_seconds)
        elif isinstance(refusal, Unauthenticated):
            headers["www-authenticate"] = "Bearer"
        elif isinstance(refusal, UnsupportedEncoding):
            headers["accept-encoding"] = "gzip, deflate"
        answer = self._failed(request, _http_status(refusal), status_of(refusal), headers)
        return replace(answer, hangs_up=isinstance(refusal, SlowBody))

    def _failed(
        self, request: HttpRequest, status: int, body: Status, headers: dict[str, str] | None = None
    ) -> HttpAnswer:
        encoding = self.failure_encoding(request)
        return HttpAnswer(status, encode_status(body, encoding), encoding.value, headers or {})

    def _hold(self, held: Reservation, size_bytes: int) -> None:
        """Take room for a converted request beside the body it came from."""
        if not held.grow(size_bytes):
            raise Unavailable(
                Reason.OVERLOADED,
                "too many bytes are waiting to be stored",
                self._limits.retry_after_seconds,
            )


def _http_status(refusal: Refusal) -> int:
    match refusal:
        case Invalid():
            return 400
        case Unauthenticated():
            return 401
        case SlowBody():
            return 408
        case TooLarge():
            return 413
        case UnsupportedType():
            return 415
        case Unavailable():
            return 503
        case _:
            return 500
