"""What explains a red link, as the API prints it.

Pure data; `query.causes` fills it, `query.api` and `ui` read it. Times are milliseconds, shares in [0, 1].
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from query.model.link import LinkKind

What = Literal["slow", "failing"]
Side = Literal["caller", "callee"]
Source = Literal["span", "resource", "field"]
TakenFrom = Literal["calls", "exemplars"]
CallSort = Literal["slowest", "newest"]


@dataclass(frozen=True, slots=True)
class LinkHeatmap:
    """Answer of `GET /api/v1/links/{caller}/{callee}/heatmap`.

    `calls[column][row]` counts the calls that started in `[starts[column], + step_seconds)` and took
    `[edges_ms[row], edges_ms[row + 1])`; `errors[column]` those of the column that failed.
    """

    caller: str
    callee: str
    kind: LinkKind
    start: str
    end: str
    step_seconds: float
    starts: list[str]
    edges_ms: list[float]
    calls: list[list[int]]
    errors: list[int]


@dataclass(frozen=True, slots=True)
class SelectedCall:
    """One call of a selection; `span_id` is the caller's span where it is in the trace, else the callee's."""

    trace_id: str
    span_id: str
    start: str
    duration_ms: float
    error: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """How many calls there were, about, and at how many of them was looked."""

    calls: int
    looked_at: int


@dataclass(frozen=True, slots=True)
class ValueDifference:
    """A value that selected calls have more often than the rest; None stands for "not set".

    `surplus` is the low end of the interval of the difference of the two shares: what they are ranked by.
    `same_calls` are other values that exactly the same calls have, as `callee host.name = node-7`.
    """

    side: Side
    source: Source
    key: str
    value: str | None
    selected_calls: int
    selected_share: float
    rest_calls: int
    rest_share: float
    difference: float
    surplus: float
    same_calls: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """A selection as it was understood: calls for which all of it holds."""

    what: What | None
    start: str
    end: str
    min_duration_ms: float
    max_duration_ms: float | None


@dataclass(frozen=True, slots=True)
class LinkSelection:
    """Answer of `GET /api/v1/links/{caller}/{callee}/selection`.

    `identifiers` are keys left out because nearly every call has a value of its own.
    """

    caller: str
    callee: str
    kind: LinkKind
    start: str
    end: str
    selection: Asked
    taken_from: TakenFrom
    searched_share: float
    selected: Looked
    rest: Looked
    calls: list[SelectedCall]
    more: bool
    differences: list[ValueDifference]
    identifiers: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RankedCaller:
    """One caller of a shared callee; `time_share` is its part of all callers' time spent waiting."""

    caller: str
    kind: LinkKind
    calls: int
    calls_per_second: float
    errors: int
    error_rate: float
    p95_ms: float
    time_ms: float
    time_share: float


@dataclass(frozen=True, slots=True)
class CallerRanking:
    """Answer of `GET /api/v1/links/{caller}/{callee}/callers`."""

    caller: str
    callee: str
    start: str
    end: str
    operations: list[str]
    callers: list[RankedCaller]


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """Calls that one instance, version, pod or host of the callee answered, among those looked at."""

    value: str
    calls: int
    share: float
    errors: int
    error_rate: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class ProcessAttribute:
    """One resource attribute that tells processes of the callee apart."""

    key: str
    values: list[ProcessFigures]
    more: int


@dataclass(frozen=True, slots=True)
class CalleeProcesses:
    """Answer of `GET /api/v1/links/{caller}/{callee}/processes`."""

    caller: str
    callee: str
    start: str
    end: str
    searched_share: float
    looked: Looked
    attributes: list[ProcessAttribute]


@dataclass(frozen=True, slots=True)
class PathShare:
    """A link's part of the critical paths of the traces looked at.

    `share` is its part of their whole length, `traces` how many had it on their path, `ms_per_trace` its
    time on the path of one of those. `impact_ms` is calls × p95 above the baseline, of all its calls in the
    window; None where that is not known.
    """

    caller: str
    callee: str
    kind: LinkKind
    share: float
    traces: int
    ms_per_trace: float
    impact_ms: float | None = None


@dataclass(frozen=True, slots=True)
class CriticalPaths:
    """Answer of `GET /api/v1/critical-path`: all links by their share.

    `traces` were looked at, of about `traces_in_window`; `elsewhere_share` belongs to no call.
    """

    start: str
    end: str
    traces: int
    traces_in_window: int
    mean_duration_ms: float
    elsewhere_share: float
    links: list[PathShare]


@dataclass(frozen=True, slots=True)
class LinkPath:
    """Answer of `GET /api/v1/links/{caller}/{callee}/critical-path`.

    `overall` is over a sample of all traces, `through` over a sample of those with a call over the link.
    """

    caller: str
    callee: str
    start: str
    end: str
    overall_share: float
    overall_traces: int
    through_share: float
    through_traces: int
    through_ms_per_trace: float
    rank: int | None
