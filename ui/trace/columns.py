"""A trace as columns of numbers: what the waterfall's script draws rows from, however many there are.

Pure. Names and services are tables of strings, sparse facts are maps by position, times are nanoseconds
after the first span. Attributes are not here: the drawer and the search within a trace ask the server.
"""

from __future__ import annotations

from typing import Any

import orjson

from query.model.trace import Hop
from ui.palette import hue
from ui.trace.marks import span_marks
from ui.trace.view import TraceView

# Bits of `flags`.
ERROR = 1


def trace_columns(view: TraceView) -> dict[str, Any]:
    """Columns of one trace.

    Returns:
        `total`, `services`, `hues`, `names`; by position `id`, `service`, `name`, `depth`, `start`,
        `duration`, `self`, `flags`; sparse by position `calls` (server and gap time, and whose queue for
        messaging), `server`, `critical`, `events`, `marks`, `errors`; and `folds`, lists of positions.
    """
    services: dict[str, int] = {}
    names: dict[str, int] = {}
    spans = view.trace.spans
    return {
        "total": view.timeline.total_ns,
        "id": [span.span_id for span in spans],
        "service": [services.setdefault(span.service, len(services)) for span in spans],
        "name": [names.setdefault(span.name or "(no name)", len(names)) for span in spans],
        "services": list(services),
        "hues": [hue(service) for service in services],
        "names": list(names),
        "depth": [span.depth for span in spans],
        "start": view.timeline.start_ns,
        "duration": view.timeline.duration_ns,
        "self": [round(span.self_ms * 1e6) for span in spans],
        "flags": [ERROR if span.status == "error" else 0 for span in spans],
        "calls": {
            index: [round(hop.server_ms * 1e6), round(hop.gap_ms * 1e6), _queue(hop)]
            for index, hop in view.hop_of_client.items()
            if hop.server_ms is not None and hop.gap_ms is not None
        },
        "server": {index: part for index in view.hop_of_client if (part := view.server_part(index))},
        "critical": {index: [edge for one in own for edge in one] for index, own in view.critical.items()},
        "events": {
            index: [[view.timeline.event_offset_ns(span, index, event), event.name] for event in span.events]
            for index, span in enumerate(spans)
            if span.events
        },
        "marks": {
            index: [[mark.word, mark.detail] for mark in marks]
            for index, span in enumerate(spans)
            if (span.warnings or span.skew_ms or view.tree.parent[index] < 0)
            and (marks := span_marks(span, parent_missing=view.parent_missing(index)))
        },
        "errors": {
            index: span.status_message or "failed"
            for index, span in enumerate(spans)
            if span.status == "error"
        },
        "folds": [group.members for group in view.folds],
    }


def _queue(hop: Hop) -> str:
    return hop.callee if hop.kind == "messaging" else ""


def columns_json(view: TraceView) -> str:
    """The columns as JSON that may stand inside a script element: no character can end it."""
    text = orjson.dumps(trace_columns(view), option=orjson.OPT_NON_STR_KEYS).decode()
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
