"""What people write as a trace id. Pure."""

from __future__ import annotations

import re

_HEX = re.compile(r"[0-9a-fA-F]{1,32}")


class TraceIdError(ValueError):
    """Not a trace id; the message is for the person who wrote it."""


def parse_trace_id(text: str) -> str:
    """32 lower-case hex digits; shorter ids (64-bit ones of older tracers) are filled with zeros.

    Raises:
        TraceIdError: Not 1 to 32 hex digits, or all of them zero.
    """
    if not _HEX.fullmatch(text):
        raise TraceIdError(f"{text[:80]!r} is not a trace id: use up to 32 hexadecimal digits")
    if not text.strip("0"):
        raise TraceIdError("a trace id cannot be all zeros")
    return text.lower().rjust(32, "0")
