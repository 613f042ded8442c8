"""Which colour a service has: one of two dozen without reds, the same on every page and every day.

The colours themselves are CSS variables (`--hue-0` … `--hue-23` in static/base.css), so that both themes and
the charts read them from one place: twelve hues 20 to 30 degrees apart, each in a vivid and a deep step.
"""

from __future__ import annotations

from hashlib import blake2b

HUE_COUNT = 24
# Any salt spreads names evenly. This one was chosen among 60,000 because it parts the usual names of services
# best (tests/ui/test_palette.py). A change recolours every service, so it stays.
_SALT = b"hue 4077"


def hue(service: str) -> int:
    """The number of a service's colour; depends on the name alone, so no page needs the list of services."""
    name = service.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(name, digest_size=8, person=_SALT).digest()) % HUE_COUNT


def hue_class(service: str) -> str:
    """The CSS class that sets `--hue` for a service."""
    return f"hue-{hue(service)}"
