"""What the headers and trailers of a request must look like (RFC 9113 §8.1–8.3). Pure."""

from __future__ import annotations

from collections.abc import Iterable

from collector.http2.frames import Code, StreamFailed
from collector.http2.header_decoder import Pairs

_NEEDED = (":method", ":scheme", ":path")
_PSEUDO = frozenset((*_NEEDED, ":authority"))
_OF_HTTP_1 = frozenset(("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"))


def checked_headers(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers by name, pseudo-headers among them; of other repeated ones the last.

    Raises:
        StreamFailed: A rule is broken.
    """
    headers: dict[str, str] = {}
    regular = False
    for name, value in pairs:
        if name.startswith(":"):
            if regular or name in headers or name not in _PSEUDO:
                raise _malformed()
        else:
            regular = True
            _check_regular(name, value)
        headers[name] = value
    if not all(map(headers.get, _NEEDED)):
        raise _malformed()
    return headers


class KnownHeaders:
    """Clients repeat themselves: what was found good once is not looked at again."""

    def __init__(self) -> None:
        self._pairs: Pairs = ()
        self._headers: dict[str, str] = {}
        self._promised: int | None = None

    def of(self, pairs: Pairs) -> tuple[dict[str, str], int | None]:
        """Headers by name, and how long the body will be; raises as `checked_headers` does.

        Args:
            pairs: The same object as the last time where they are the same (`header_decoder`).
        """
        if pairs is not self._pairs:
            headers = checked_headers(pairs)
            self._promised = promised_bytes(headers)
            self._pairs, self._headers = pairs, headers
        return self._headers, self._promised


def check_trailers(pairs: Iterable[tuple[str, str]] | None) -> None:
    """Raises `StreamFailed` when a rule is broken, or when they were too large to be decoded (None)."""
    if pairs is None:
        raise StreamFailed(Code.ENHANCE_YOUR_CALM, "trailers larger than allowed")
    for name, value in pairs:
        if name.startswith(":"):
            raise _malformed()
        _check_regular(name, value)


def promised_bytes(headers: dict[str, str]) -> int | None:
    """How long the body will be, if the client says so.

    Raises:
        StreamFailed: It says something that is no length.
    """
    text = headers.get("content-length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise _malformed()
    return int(text)


def _check_regular(name: str, value: str) -> None:
    if not name or name in _OF_HTTP_1 or name != name.lower() or (name == "te" and value != "trailers"):
        raise _malformed()


def _malformed() -> StreamFailed:
    return StreamFailed(Code.PROTOCOL_ERROR, "a malformed request")
