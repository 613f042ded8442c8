"""What a trace search asks for. Pure data; `query.api` and `ui` fill it, `query.search` answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TraceSort = Literal["newest", "slowest"]
StatusFilter = Literal["error", "ok"]


class SearchError(ValueError):
    """A search that cannot be answered as asked; the message is for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class TraceFilter:
    """Which traces to find.

    `service`, `operation`, `status` and all attribute conditions must hold on one and the same span.
    Durations are of the whole trace, the `duration_ms` that the answer shows. Attribute names are those of
    spans; a name that starts with `resource.` means the resource attribute after the prefix.

    `status` "error" means a span whose status is error, "ok" one whose status is not.
    """

    service: str | None = None
    operation: str | None = None
    min_duration_ms: float | None = None
    max_duration_ms: float | None = None
    status: StatusFilter | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    attributes_contain: tuple[tuple[str, str], ...] = ()
    attributes_exist: tuple[str, ...] = ()

    @property
    def has_attributes(self) -> bool:
        """Whether any condition is on attributes."""
        return bool(self.attributes or self.attributes_contain or self.attributes_exist)
