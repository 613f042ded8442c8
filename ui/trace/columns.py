"""A trace as columns of numbers: what the waterfall's script draws rows from, however many there are.

Pure. Names and services are tables of strings, sparse facts are maps by position, times are nanoseconds
after the first span. Attributes are not here: the drawer and the search within a trace ask the server.
"""

from __future__ import annotations

from typing import Any

import orjson

from query.model.trace import Hop
from ui.formats import named, visible
from ui.palette import hue
from ui.trace.view import TraceView

# Bits of `flags`.
ERROR = 1
CRITICAL = 2


def trace_columns(view: TraceView) -> dict[str, Any]:
    """Columns of one trace.

    Returns:
        `total`, `services`, `hues`, `names`; by position `id`, `service`, `name`, `depth`, `start`,
        `duration`, `self`, `flags`; sparse by position `calls` (server and gap time, and whose queue for
        messaging), `server`, `events`, `marks`, `errors`; and `folds`, lists of positions.
    """
    services: dict[str, int] = {}
    names: dict[str, int] = {}
    spans, timeline = view.columns, view.timeline
    return {
        "total": timeline.total_ns,
        "id": spans.span_ids,
        "service": [services.setdefault(service, len(services)) for service in spans.services],
        "name": [names.setdefault(name or "(no name)", len(names)) for name in spans.names],
        "services": [visible(service) for service in services],
        "hues": [hue(service) for service in services],
        "names": [visible(name) for name in names],
        "depth": spans.depths,
        "start": timeline.start_ns,
        "duration": timeline.duration_ns,
        "self": [round(own_ms * 1e6) for own_ms in spans.self_ms],
        "flags": [
            (ERROR if status == "error" else 0) | (CRITICAL if critical_ms > 0 else 0)
            for status, critical_ms in zip(spans.statuses, spans.critical_ms, strict=True)
        ],
        "calls": {
            index: [round(hop.server_ms * 1e6), round(hop.gap_ms * 1e6), _queue(hop)]
            for index, hop in view.hop_of_client.items()
            if hop.server_ms is not None and hop.gap_ms is not None
        },
        "server": {index: part for index in view.hop_of_client if (part := view.server_part(index))},
        "events": {
            index: [
                [offset_ns, visible(event.name)]
                for offset_ns, event in zip(
                    timeline.event_offsets_ns(spans, index, events), events, strict=True
                )
            ]
            for index, events in spans.events.items()
        },
        "marks": {
            index: [[mark.word, visible(mark.detail)] for mark in marks]
            for index, marks in view.marks.items()
        },
        "errors": {
            index: visible(spans.status_messages[index]) or "failed"
            for index, status in enumerate(spans.statuses)
            if status == "error"
        },
        "folds": [group.members for group in view.folds],
    }


def _queue(hop: Hop) -> str:
    return visible(named(hop.callee)) if hop.kind == "messaging" else ""


def columns_json(view: TraceView) -> str:
    """The columns as JSON that may stand inside a script element: no character can end it."""
    text = orjson.dumps(trace_columns(view), option=orjson.OPT_NON_STR_KEYS).decode()
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
