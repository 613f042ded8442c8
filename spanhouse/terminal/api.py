"""A small client of the JSON API, for the commands of this folder."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

TIMEOUT_SECONDS = 30.0


class ApiError(Exception):
    """The server did not answer the question; the message is for the person who asked."""


def ask(url: str, path: str, parameters: Mapping[str, str | int | None], *, key: str | None = None) -> Any:
    """Asks one question.

    Args:
        url: Address of the server, such as `http://127.0.0.1:16686`.
        path: Path of the question, already quoted.
        parameters: Query parameters; those that are None are left out.
        key: API key to show, when the server asks for one.

    Returns:
        The answer, parsed.

    Raises:
        ApiError: The server is not there, refused, or answered with something else than JSON.
    """
    if not _is_web_address(url):
        raise ApiError(f"{url!r} is not an http:// or https:// address")
    given = {name: value for name, value in parameters.items() if value is not None}
    address = f"{url.rstrip('/')}{path}?{urllib.parse.urlencode(given)}"
    headers = {"Accept": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    try:
        with urllib.request.urlopen(
            urllib.request.Request(address, headers=headers), timeout=TIMEOUT_SECONDS
        ) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            raise ApiError(f"{url} answered {error.code}: {_detail(error.read())}") from None
    except urllib.error.URLError as error:
        raise ApiError(f"no Spanhouse answers at {url}: {error.reason}") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise ApiError(f"{url} did not answer as Spanhouse does: {error!r}") from None


def _is_web_address(url: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(url)
        return parts.scheme in ("http", "https") and (parts.port is None or parts.port >= 0)
    except ValueError:
        return False


def _detail(body: bytes) -> str:
    try:
        detail = json.loads(body)["detail"]
    except (ValueError, KeyError, TypeError):
        return body[:200].decode(errors="replace")
    return detail if isinstance(detail, str) else json.dumps(detail)
