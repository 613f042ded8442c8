"""Holds back Python's cyclic garbage collector while a big trace is put together.

A trace of 100,000 spans is more than a million objects and no garbage; the collector would walk all of them
again and again as they grow, which costs as much as making them.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collection_paused() -> Iterator[None]:
    """No cyclic collection inside; of threads that overlap, the one that switched it off switches it on."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
