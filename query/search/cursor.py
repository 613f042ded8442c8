"""Where a page of a search ended, as opaque text for the next request. Pure.

A cursor keeps the window of the first page: "the last 15 minutes" must not move while somebody turns pages.
It belongs to one search: used with other conditions it is refused.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import asdict, dataclass
from zlib import crc32

import orjson

from query.model.search import SearchError, TraceFilter

_VERSION = 1
_ID = re.compile(r"[0-9a-f]{32}")
_MAX_INT = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """The window of a search and its last row so far."""

    start_ns: int
    end_ns: int
    after_start_ns: int
    after_duration_ns: int
    after_id: str


def encode(cursor: Cursor, filter: TraceFilter, sort: str) -> str:
    """The cursor as URL-safe text."""
    fields = [_VERSION, _fingerprint(filter, sort), *asdict(cursor).values()]
    return base64.urlsafe_b64encode(orjson.dumps(fields)).decode().rstrip("=")


def decode(text: str, filter: TraceFilter, sort: str) -> Cursor:
    """Reads `encode`'s text.

    Raises:
        SearchError: It is not a cursor, or one of another search.
    """
    try:
        padded = text + "=" * (-len(text) % 4)
        fields = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        version, fingerprint, *numbers, after_id = fields
    except (ValueError, TypeError, binascii.Error):
        raise SearchError("the cursor is damaged: start again without it") from None
    whole = all(isinstance(number, int) and 0 <= number <= _MAX_INT for number in numbers)
    if version != _VERSION or len(numbers) != 4 or not whole:
        raise SearchError("the cursor is damaged: start again without it")
    if not isinstance(after_id, str) or not _ID.fullmatch(after_id):
        raise SearchError("the cursor is damaged: start again without it")
    if fingerprint != _fingerprint(filter, sort):
        raise SearchError("the cursor belongs to another search: start again without it")
    start_ns, end_ns, after_start_ns, after_duration_ns = numbers
    return Cursor(start_ns, end_ns, after_start_ns, after_duration_ns, after_id)


def _fingerprint(filter: TraceFilter, sort: str) -> int:
    return crc32(orjson.dumps([asdict(filter), sort]))
