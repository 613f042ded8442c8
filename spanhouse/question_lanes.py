"""Which questions are slow by nature: those that look at single spans of a window, and not at figures.

Decided by the address alone, before any work is done for it. Pure.
"""

from __future__ import annotations

import re

_SLOW = re.compile(
    r"""
    (?:/api/v1)?/traces(?:/tail)?$                                          # search
    | /api/v1/(?:attributes|critical-path)(?:/|$)                           # what can be searched by; causes
    | (?:/api/v1)?/links/.+/(?:selection|callers|processes|critical-path|around)$
    | /compare$                                                             # offers other traces
    """,
    re.VERBOSE,
)
# Parameters with which a page brings such a part along.
_SLOW_PARTS = re.compile(rb"(?:^|&)(?:select|around|processes|part=processes|sort=critical_path)\b")


def is_slow(path: str, query: bytes) -> bool:
    """Whether answering takes long, as far as can be told from the address.

    Args:
        path: Of the URL, decoded.
        query: What follows the question mark, as sent.
    """
    return bool(_SLOW.match(path) or _SLOW_PARTS.search(query))
