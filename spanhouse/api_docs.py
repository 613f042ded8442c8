"""`/docs`: the API's description as a page that works offline. Swagger UI comes from an installed wheel."""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.responses import Response

# Swagger UI writes style elements and shows its icons from data: URLs; it runs no inline script.
_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_HEADERS = {"Content-Security-Policy": _CONTENT_SECURITY_POLICY, "X-Content-Type-Options": "nosniff"}
_FILES = {
    "docs.js": ("spanhouse", "text/javascript; charset=utf-8"),
    "swagger-ui-bundle.js": ("fastapi_offline", "text/javascript; charset=utf-8"),
    "swagger-ui.css": ("fastapi_offline", "text/css; charset=utf-8"),
}


def api_docs_routes() -> APIRouter:
    """The page and its three files."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    def docs_page() -> Response:
        page = (files("spanhouse") / "static" / "docs.html").read_bytes()
        return Response(page, media_type="text/html; charset=utf-8", headers=_HEADERS)

    @router.get("/docs/{name}")
    def docs_file(name: str, request: Request) -> Response:
        if name not in _FILES:
            return Response("No such file.\n", status_code=404, media_type="text/plain")
        headers = {**_HEADERS, "Vary": "Accept-Encoding", "Cache-Control": "max-age=3600"}
        content = _zipped(name)
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
        else:
            content = gzip.decompress(content)
        return Response(content, media_type=_FILES[name][1], headers=headers)

    return router


@cache
def _zipped(name: str) -> bytes:
    package, _ = _FILES[name]
    return gzip.compress((files(package) / "static" / name).read_bytes(), 9, mtime=0)
