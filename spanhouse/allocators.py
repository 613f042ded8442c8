"""How soon the libraries in this process give memory back that they no longer use.

Four allocators share it: ClickHouse's and Polars' jemalloc, Arrow's mimalloc, the C library's. Each keeps
what was freed for its own next need, so that a process holds the sum of four peaks that never come together
(docs/measured.md, Memory). Whoever starts a process may say otherwise in its environment.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import MutableMapping

# Read by each library once, when it is loaded. By themselves ClickHouse keeps freed pages for 5 s, and Polars
# for 10 s and for as long as it has nothing to do.
ENVIRONMENT = {
    "JE_MALLOC_CONF": "dirty_decay_ms:1000",
    "_RJEM_MALLOC_CONF": "background_thread:true,dirty_decay_ms:200,muzzy_decay_ms:0,narenas:2",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
# The C library's: as many heaps as it makes by itself (eight per core) keep a peak each.
_M_ARENA_MAX = -8
_HEAPS = 2
_HEAPS_VARIABLE = "MALLOC_ARENA_MAX"


def give_back_early(environment: MutableMapping[str, str] | None = None) -> None:
    """Settles it for libraries that are loaded after this; what the environment says already stays."""
    environment = os.environ if environment is None else environment
    for name, value in ENVIRONMENT.items():
        environment.setdefault(name, value)
    if _HEAPS_VARIABLE not in environment:
        _limit_heaps()


def _limit_heaps() -> None:
    # glibc's; others have no such thing.
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _HEAPS)
