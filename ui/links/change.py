"""What became of each link since an earlier window of the same length. Pure.

A link got worse when its p95 grew by ratio and by milliseconds, or its error rate by share and by ratio, with
enough calls in both windows to say so. That says nothing about its status: slow and failing are judged by
`query.links` against the link's own baseline.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from query.model.link import DependencyLink, LinkOperation, Percentiles

Became = Literal["worse", "same", "better", "new", "gone"]
LinkKey = tuple[str, str, str]

WORSE_RATIO = 1.5
LEAST_MS = 5.0
LEAST_CALLS = 20
LEAST_ERROR_RISE = 0.01


@dataclass(frozen=True, slots=True)
class LinkChange:
    """One link in two windows; at least one of `now` and `then` is there."""

    now: DependencyLink | None
    then: DependencyLink | None
    became: Became

    @property
    def link(self) -> DependencyLink:
        """The link as it is, or as it last was."""
        found = self.now or self.then
        assert found
        return found

    @property
    def p95_ratio(self) -> float | None:
        """How many times as long the p95 is; None when it was not observed in both windows."""
        now, then = self.now and self.now.observed_ms, self.then and self.then.observed_ms
        return now.p95 / then.p95 if now and then and then.p95 > 0 else None

    @property
    def fails_more(self) -> bool:
        """Whether the error rate rose enough to matter."""
        return bool(self.now and self.then and _fails_more(self.now, self.then))


@dataclass(frozen=True, slots=True)
class OperationChange:
    """One operation of the callee in two windows."""

    operation: str
    now: LinkOperation | None
    then: LinkOperation | None

    @property
    def p95_ratio(self) -> float | None:
        """How many times as long its p95 is."""
        now, then = _observed(self.now), _observed(self.then)
        return now.p95 / then.p95 if now and then and then.p95 > 0 else None

    @property
    def moved_ms(self) -> float:
        """By how much its p95 differs, in either direction; 0 when it was not observed twice."""
        now, then = _observed(self.now), _observed(self.then)
        return abs(now.p95 - then.p95) if now and then else 0.0


def link_key(link: DependencyLink) -> LinkKey:
    """What makes two links of two windows the same."""
    return link.caller, link.callee, link.kind


def compare_links(now: Iterable[DependencyLink], then: Iterable[DependencyLink]) -> dict[LinkKey, LinkChange]:
    """Each link of either window with what became of it."""
    after = {link_key(link): link for link in now}
    before = {link_key(link): link for link in then}
    return {
        key: LinkChange(after.get(key), before.get(key), became(after.get(key), before.get(key)))
        for key in sorted(after.keys() | before.keys())
    }


def became(now: DependencyLink | None, then: DependencyLink | None) -> Became:
    """What became of one link."""
    if then is None or now is None:
        return "new" if now else "gone"
    if min(now.calls, then.calls) < LEAST_CALLS:
        return "same"
    if _slower(now, then) or _fails_more(now, then):
        return "worse"
    return "better" if _slower(then, now) or _fails_more(then, now) else "same"


def changed_most(
    now: Iterable[LinkOperation], then: Iterable[LinkOperation], most: int
) -> list[OperationChange]:
    """The operations whose p95 moved most, in ms; those of one window only come last."""
    after: Mapping[str, LinkOperation] = {one.operation: one for one in now}
    before: Mapping[str, LinkOperation] = {one.operation: one for one in then}
    changes = [
        OperationChange(name, after.get(name), before.get(name)) for name in after.keys() | before.keys()
    ]
    return sorted(changes, key=lambda change: (-change.moved_ms, change.operation))[:most]


def _slower(now: DependencyLink, then: DependencyLink) -> bool:
    a, b = now.observed_ms, then.observed_ms
    return bool(a and b and a.p95 >= b.p95 * WORSE_RATIO and a.p95 - b.p95 >= LEAST_MS)


def _fails_more(now: DependencyLink, then: DependencyLink) -> bool:
    rise = now.error_rate - then.error_rate
    return rise >= LEAST_ERROR_RISE and now.error_rate >= then.error_rate * WORSE_RATIO


def _observed(operation: LinkOperation | None) -> Percentiles | None:
    return (operation.client_ms or operation.server_ms) if operation else None
