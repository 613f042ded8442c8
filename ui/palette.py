"""Which colour a service has: one of a fixed dozen without reds, the same on every page and every day.

The hues themselves are CSS variables (`--hue-0` … `--hue-11` in static/base.css), so that both themes and
the charts read them from one place.
"""

from __future__ import annotations

from hashlib import blake2b

HUE_COUNT = 12


def hue(service: str) -> int:
    """The number of a service's hue; depends on the name alone, so no page needs the list of services."""
    return blake2b(service.encode("utf-8", "surrogatepass"), digest_size=4).digest()[0] % HUE_COUNT


def hue_class(service: str) -> str:
    """The CSS class that sets `--hue` for a service."""
    return f"hue-{hue(service)}"
