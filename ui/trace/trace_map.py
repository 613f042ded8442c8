"""The map of one trace: its services as boxes, its calls as lines, callers left of callees.

Pure. Columns follow the first path by which a call reaches a service, so cycles need no special care; the
big map of all traffic has its own layout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from query.model.span_list import span_list
from query.model.trace import Hop, Span

BOX_WIDTH = 168
BOX_HEIGHT = 40
COLUMN_GAP = 150
ROW_GAP = 22
MARGIN = 12
# What fits a page; the hop list has the rest.
MAX_BOXES = 120


@dataclass(slots=True)
class MapBox:
    """A service or virtual callee; x and y of its top left corner in pixels."""

    name: str
    kind: str
    spans: int = 0
    errors: int = 0
    x: int = 0
    y: int = 0


@dataclass(slots=True)
class MapCall:
    """All calls from one box to another."""

    caller: MapBox
    callee: MapBox
    calls: int = 0
    errors: int = 0
    total_ms: float = 0.0
    path: str = ""
    label_x: float = 0.0
    label_y: float = 0.0
    label_anchor: str = "middle"


@dataclass(slots=True)
class TraceMap:
    """Boxes and calls with their places, and the drawing's size in pixels."""

    boxes: list[MapBox] = field(default_factory=list)
    calls: list[MapCall] = field(default_factory=list)
    width: int = 0
    height: int = 0


def build_trace_map(spans: Sequence[Span], hops: Sequence[Hop]) -> TraceMap:
    """Places boxes in columns by distance from the trace's first service; deterministic."""
    boxes = _boxes(spans, hops)
    calls = _calls(boxes, hops)
    rows: dict[int, int] = {}
    for name, column in _columns(list(boxes), calls).items():
        row = rows.get(column, 0)
        rows[column] = row + 1
        boxes[name].x = MARGIN + column * (BOX_WIDTH + COLUMN_GAP)
        boxes[name].y = MARGIN + row * (BOX_HEIGHT + ROW_GAP)
    for call in calls.values():
        _route(call)
    # Room for labels of calls that go down or up within the last column.
    width = max((box.x for box in boxes.values()), default=0) + BOX_WIDTH + COLUMN_GAP
    height = max((box.y for box in boxes.values()), default=0) + BOX_HEIGHT + MARGIN
    return TraceMap(list(boxes.values()), list(calls.values()), width, height)


def _boxes(spans: Sequence[Span], hops: Sequence[Hop]) -> dict[str, MapBox]:
    boxes: dict[str, MapBox] = {}
    columns = span_list(spans).columns
    for service, status in zip(columns.services, columns.statuses, strict=True):
        box = boxes.get(service)
        if box is None:
            if len(boxes) >= MAX_BOXES:
                continue
            box = boxes[service] = MapBox(service, "service")
        box.spans += 1
        box.errors += status == "error"
    for hop in hops:
        kind = hop.kind if hop.kind in ("database", "messaging") else "external"
        if len(boxes) < MAX_BOXES:
            boxes.setdefault(hop.callee, MapBox(hop.callee, kind))
    return boxes


def _calls(boxes: dict[str, MapBox], hops: Sequence[Hop]) -> dict[tuple[str, str], MapCall]:
    calls: dict[tuple[str, str], MapCall] = {}
    for hop in hops:
        if hop.caller == hop.callee or hop.caller not in boxes or hop.callee not in boxes:
            continue
        key = (hop.caller, hop.callee)
        call = calls.setdefault(key, MapCall(boxes[hop.caller], boxes[hop.callee]))
        call.calls += 1
        call.errors += hop.error
        call.total_ms += hop.client_ms if hop.client_ms is not None else hop.server_ms or 0.0
    return calls


def _columns(names: list[str], calls: dict[tuple[str, str], MapCall]) -> dict[str, int]:
    """Breadth first from each service that nothing placed so far calls."""
    callees: dict[str, list[str]] = {}
    for caller, callee in calls:
        callees.setdefault(caller, []).append(callee)
    called = {callee for _, callee in calls}
    columns: dict[str, int] = {}
    for start in [name for name in names if name not in called] + names:
        if start in columns:
            continue
        columns[start] = 0
        queue = [start]
        for name in queue:
            for callee in callees.get(name, []):
                if callee not in columns:
                    columns[callee] = columns[name] + 1
                    queue.append(callee)
    return columns


def _route(call: MapCall) -> None:
    """A curve from the caller's right side to the callee's left; within a column to its right, else below."""
    caller, callee = call.caller, call.callee
    start_x, start_y = float(caller.x + BOX_WIDTH), caller.y + BOX_HEIGHT / 2
    end_x, end_y = callee.x - 6.0, callee.y + BOX_HEIGHT / 2
    bend = COLUMN_GAP / 2
    if callee.x > caller.x:
        call.path = f"M{start_x},{start_y} C{start_x + bend},{start_y} {end_x - bend},{end_y} {end_x},{end_y}"
        call.label_x, call.label_y, call.label_anchor = end_x - 12, end_y - 5, "end"
        return
    if callee.x == caller.x:
        end_x = callee.x + BOX_WIDTH + 6.0
        bulge = start_x + min(30 + abs(end_y - start_y) / 4, COLUMN_GAP - 20)
        call.path = f"M{start_x},{start_y} C{bulge},{start_y} {bulge},{end_y} {end_x},{end_y}"
        call.label_x, call.label_y, call.label_anchor = end_x + 12, end_y + 13, "start"
        return
    start_x, end_x = caller.x + BOX_WIDTH / 2, callee.x + BOX_WIDTH / 2
    start_y, end_y = float(caller.y + BOX_HEIGHT), callee.y + BOX_HEIGHT + 6.0
    low = max(start_y, end_y) + ROW_GAP
    call.path = f"M{start_x},{start_y} C{start_x},{low} {end_x},{low} {end_x},{end_y}"
    call.label_x, call.label_y = (start_x + end_x) / 2, low
