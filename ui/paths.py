"""Paths of pages whose parts are names from spans, which may hold any character, slashes included.

The ASGI server decodes `%2F` before routing, so names are read from the raw path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from starlette.types import Scope

_PAIR = "~"


def link_path(caller: str, callee: str) -> str:
    """The page of one link."""
    return f"/links/{_quoted(caller)}/{_quoted(callee)}"


def service_path(service: str) -> str:
    """The page of one service."""
    return f"/services/{_quoted(service)}"


def names_after(scope: Scope, prefix: str) -> list[str]:
    """The decoded names that follow `prefix` in a request's path: two for `/links/a/b%2Fc`."""
    rest = path_as_written(scope).removeprefix(scope.get("root_path", "")).removeprefix(prefix)
    return [unquote(part) for part in rest.split("/")]


def path_as_written(scope: Scope) -> str:
    """A request's path before decoding, without its query string."""
    raw_path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    return raw_path.decode("ascii", "replace").partition("?")[0]


def pair_text(caller: str, callee: str) -> str:
    """A link as one value of a query string: `checkout~payment`."""
    return _PAIR.join(name.replace("%", "%25").replace(_PAIR, "%7E") for name in (caller, callee))


def read_pair(text: str | None) -> tuple[str, str] | None:
    """Reads `pair_text` back; None when it is not a pair."""
    if not text or text.count(_PAIR) != 1:
        return None
    caller, callee = text.split(_PAIR)
    return unquote(caller), unquote(callee)


def _quoted(name: str) -> str:
    return quote(name, safe=":@", errors="surrogatepass")
