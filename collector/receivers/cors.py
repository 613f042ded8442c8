"""Cross-origin rules for browser SDKs. Pure: turns a request's headers into answer headers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_ALLOWED_HEADERS = (
    "authorization, baggage, content-encoding, content-type, traceparent, tracestate, x-spanhouse-key"
)
_PREFLIGHT_MAX_AGE_SECONDS = 3600


class CorsPolicy:
    """Which web origins may send.

    Args:
        allowed_origins: Exact origins such as `https://shop.example`, or `*` for all; none forbids browsers.
    """

    def __init__(self, allowed_origins: Iterable[str] = ()) -> None:
        self._origins = frozenset(origin.strip().rstrip("/") for origin in allowed_origins)

    def headers(self, request_headers: Mapping[str, str]) -> dict[str, str]:
        """Headers for any answer: empty when the request is not from an allowed origin."""
        origin = request_headers.get("origin", "")
        if not self._origins or not origin:
            return {}
        if "*" in self._origins:
            return {"access-control-allow-origin": "*"}
        if origin in self._origins:
            return {"access-control-allow-origin": origin, "vary": "Origin"}
        return {"vary": "Origin"}

    def preflight_headers(self, request_headers: Mapping[str, str]) -> dict[str, str] | None:
        """Headers for the answer to a preflight request; None when this is none, or not allowed."""
        if "access-control-request-method" not in request_headers:
            return None
        headers = self.headers(request_headers)
        if "access-control-allow-origin" not in headers:
            return None
        return headers | {
            "access-control-allow-methods": "POST",
            "access-control-allow-headers": _ALLOWED_HEADERS,
            "access-control-max-age": str(_PREFLIGHT_MAX_AGE_SECONDS),
        }
