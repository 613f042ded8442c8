"""Who may look: an ASGI layer over the UI port that asks for a key when keys are configured.

Programs show the key as `authorization: Bearer KEY` or `x-spanhouse-key: KEY`. Browsers get a page that asks
for it once and keep it in a cookie that scripts cannot read. Only hashes are configured (`collector.keys`).
"""

from __future__ import annotations

from collections.abc import MutableMapping
from http.cookies import CookieError, SimpleCookie
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from collector.keys import KEY_HEADER, KeyRing
from spanhouse.setting_group import SettingError

COOKIE = "spanhouse_key"
LOGOUT_PATH = "/logout"
# What orchestrators ask; it says nothing about traces.
_OPEN_PATHS = ("/healthz", "/readyz")
_LONGEST_FORM_BYTES = 4096
_THIRTY_DAYS_SECONDS = 30 * 24 * 3600
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_PLAIN_HEADERS = {"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"}

Scope = MutableMapping[str, Any]


def key_ring(hashes: str, flag: str) -> KeyRing:
    """The keys of a setting that lists hashes separated by commas.

    Raises:
        SettingError: One of them is not a hash.
    """
    try:
        return KeyRing(part.strip() for part in hashes.split(",") if part.strip())
    except ValueError as error:
        raise SettingError(f"{flag}: {error}") from None


class KeyDoor:
    """Lets requests through that show a key; the application behind it knows nothing of keys.

    Args:
        app: The application behind the door.
        keys: The keys that open it; none at all leave it open.
    """

    def __init__(self, app: Any, keys: KeyRing) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """The ASGI entry point."""
        if scope["type"] != "http" or not self._keys.required or scope["path"] in _OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        answer = await self._answer(request)
        await (self._app if answer is None else answer)(scope, receive, send)

    async def _answer(self, request: Request) -> Response | None:
        """The door's own answer, or None to let the request through."""
        if request.url.path == LOGOUT_PATH:
            left = _ask_for_key("You are logged out.", 200)
            left.delete_cookie(COOKIE)
            return left
        if self._keys.admits(_shown(request)):
            return None
        if request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
            return JSONResponse({"detail": "a valid key is required"}, 401, _PLAIN_HEADERS)
        if request.method != "POST":
            return _ask_for_key("", 401)
        key = await _key_in_form(request)
        if not self._keys.admits({KEY_HEADER: key}):
            return _ask_for_key("That key is not valid.", 401)
        # Back to the very address that was asked for: never anywhere else, so there is nothing to forge.
        query = f"?{request.url.query}" if request.url.query else ""
        entered = RedirectResponse(f"{_local_path(request)}{query}", 303)
        entered.set_cookie(
            COOKIE,
            key,
            max_age=_THIRTY_DAYS_SECONDS,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return entered


def _shown(request: Request) -> dict[str, str]:
    headers = dict(request.headers)
    if "authorization" not in headers and KEY_HEADER not in headers:
        headers[KEY_HEADER] = _cookie(headers.get("cookie", ""))
    return headers


def _cookie(header: str) -> str:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _local_path(request: Request) -> str:
    # `//host` at the start of a redirect would be another machine.
    return "/" + request.url.path.lstrip("/")


async def _key_in_form(request: Request) -> str:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM_BYTES:
            return ""
    return parse_qs(body.decode("utf-8", "replace")).get("key", [""])[0].strip()


def _ask_for_key(message: str, status: int) -> Response:
    page = (files("spanhouse") / "static" / "login.html").read_text(encoding="utf-8")
    # `message` is one of the sentences above, never something a client sent.
    return Response(
        page.replace("<!-- message -->", message), status, _PAGE_HEADERS, "text/html; charset=utf-8"
    )
