"""Answers questions about services: lists, operations, time series, the SLA table.

Figures come from the slots that the roll-up of links keeps, and span by span from what it has not summed.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable

from query.links.source import LinkSource
from query.model.service import OperationList, ServiceList, ServiceStep, SlaTable
from query.model.window import NS_PER_S, Window, rfc3339, step_seconds
from query.services.figures import Counted, operation_figures, service_figures
from query.services.precision import finest_seconds, widened
from query.services.sla import sla_row
from storage.services import ServiceStore
from storage.slots import HOUR, MINUTE, Slots


class ServiceReader:
    """What services did in a window. Raises `storage.errors.StorageError` when the store cannot answer.

    Args:
        store: Where figures are.
        source: Knows which slots are rolled up.
        clock_ns: Current Unix time in nanoseconds.
    """

    def __init__(self, store: ServiceStore, source: LinkSource, clock_ns: Callable[[], int]) -> None:
        self._store = store
        self._source = source
        self._clock_ns = clock_ns

    def list(self, window: Window) -> ServiceList:
        """Every service that sent a span in the window, by name; calls are its SERVER and CONSUMER spans."""
        counted = self._counted(window)
        return ServiceList(
            window.start, window.end, [service_figures(one, window.seconds) for one in counted]
        )

    def operations(self, service: str, window: Window) -> OperationList:
        """The operations (span name and kind) of one service, busiest first; none for an unknown service."""
        counted = self._counted(window, service=service, by_operation=True)
        counted.sort(key=lambda one: (-one.calls, one.operation, one.kind))
        operations = [operation_figures(one, window.seconds) for one in counted]
        return OperationList(service, window.start, window.end, operations)

    def timeseries(self, service: str, window: Window) -> builtins.list[ServiceStep]:
        """Calls, errors and percentiles of one service per step, steps without calls included.

        Steps begin at round times; the first and last may lie partly outside the window and count only
        what is inside.
        """
        step = max(step_seconds(window), finest_seconds(window.start_ns, self._clock_ns()))
        origin = window.start_ns // NS_PER_S // step * step
        counted = self._counted(window, service=service, step_seconds=step, origin_seconds=origin)
        by_step = {one.step: one for one in counted}
        count = -(-(window.end_ns - origin * NS_PER_S) // (step * NS_PER_S))
        return [_step(origin + index * step, by_step.get(index)) for index in range(count)]

    def sla(self, window: Window) -> SlaTable:
        """Availability, rates and latency of every service with calls in the window, by name."""
        rows = [sla_row(one, window.seconds) for one in self._counted(window) if one.calls]
        return SlaTable(window.start, window.end, rows)

    def _counted(
        self,
        window: Window,
        *,
        service: str = "",
        by_operation: bool = False,
        step_seconds: int = 0,
        origin_seconds: int = 0,
    ) -> builtins.list[Counted]:
        now_ns = self._clock_ns()
        window = widened(window, now_ns)
        plan = self._source.moment(now_ns).plan(window, longest=_longest_within(step_seconds))
        frame = self._store.figures(
            Slots((*plan.rolled.slices, *plan.joined), plan.rolled.minutes, plan.rolled.hours),
            window.start_ns,
            window.end_ns,
            service=service,
            by_operation=by_operation,
            step_seconds=step_seconds,
            origin_seconds=origin_seconds,
        )
        return [Counted.from_row(row) for row in frame.iter_rows(named=True)]


def _longest_within(step_seconds: int) -> int:
    """The longest slots that fit in steps of this length; 0: no steps."""
    return next((slot for slot in (HOUR, MINUTE) if step_seconds % slot == 0), 0)


def _step(second: int, counted: Counted | None) -> ServiceStep:
    found = counted.percentiles if counted else None
    return ServiceStep(
        start=rfc3339(second * NS_PER_S),
        calls=round(counted.calls) if counted else 0,
        errors=round(counted.errors) if counted else 0,
        p50=found.p50 if found else None,
        p95=found.p95 if found else None,
        p99=found.p99 if found else None,
    )
