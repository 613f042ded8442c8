"""Prints the spans of a rebuilt trace as JSON objects, column by column. Pure."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from query.api.attribute_json import attributes_json
from query.api.json_text import dumped, inside_quotes, joined, milliseconds
from query.traces.attribute_shapes import flat, shapes_of
from query.traces.nested import letters_of
from query.traces.rebuilt import RebuiltTrace


def spans_json(rebuilt: RebuiltTrace) -> pl.Series:
    """One JSON object per span (the fields of `model.trace.Span`) in tree order, each after a comma."""
    spans, frame = rebuilt.spans, rebuilt.frame
    resources = ',"resource":' + dumped(spans.resources) + ',"scope":'
    scopes = dumped(spans.scopes) + ',"events":['
    # Texts between columns cost as much as columns, so they go with the few values of a neighbour.
    pieces: list[str | pl.Series] = [
        *(',{"span_id":"', inside_quotes(frame["SpanId"])),
        *('","parent_span_id":"', inside_quotes(frame["ParentSpanId"])),
        *('","service":"', inside_quotes(frame["ServiceName"])),
        *('","name":"', inside_quotes(frame["SpanName"])),
        _between('","kind":"', spans.table["kind"], '","start_time_unix_nano":"'),
        spans.table["start_ns"].cast(pl.String),
        *('","duration_ms":', milliseconds(spans.table["duration_ns"])),
        *(',"self_ms":', milliseconds(rebuilt.self_ns)),
        *(',"depth":', pl.Series(rebuilt.forest.depth, dtype=pl.Int64).cast(pl.String)),
        _between(',"status":"', spans.table["status"], '","status_message":"'),
        _rarely(frame["StatusMessage"]),
        *('","critical_ms":', milliseconds(rebuilt.critical_ns)),
        *(',"skew_ms":', milliseconds(rebuilt.shifts_ns)),
        *(',"attributes":', attributes_json(rebuilt.shapes)),
        resources.gather(spans.table["resource"]),
        scopes.gather(spans.table["scope"]),
        _lists(frame["Events.Name"], lambda: _events(frame)),
        *('],"links":[', _lists(frame["Links.SpanId"], lambda: _links(frame)) if any(spans.links) else ""),
        *('],"warnings":', _warnings(rebuilt) if rebuilt.span_warnings else "[]"),
        *(',"trace_state":"', _rarely(frame["TraceState"])),
        *('","flags":', frame["Flags"].cast(pl.String), "}"),
    ]
    return joined(pieces).gather(rebuilt.forest.order)


def _between(before: str, values: pl.Series, after: str) -> pl.Series:
    """Values of which there are few, none of which JSON escapes, between two fixed texts."""
    return values.replace_strict({value: f"{before}{value}{after}" for value in values.unique()})


def _rarely(texts: pl.Series) -> pl.Series | str:
    """Texts that most traces leave empty, inside quotes."""
    return "" if (texts == "").all() else inside_quotes(texts)


def _lists(owners: pl.Series, items: Callable[[], pl.Series]) -> pl.Series:
    """What stands between the brackets of each span's events or links, of which `owners` has as many."""
    counts = owners.list.len()
    found = pl.repeat("", len(owners), dtype=pl.String, eager=True)
    if not counts.sum():
        return found
    rows = pl.int_range(len(owners), eager=True)
    table = pl.DataFrame({"row": flat(rows.repeat_by(counts)), "item": items()})
    lists = table.group_by("row", maintain_order=True).agg(pl.col("item").str.join(","))
    return found.scatter(lists["row"], lists["item"])


def _events(frame: pl.DataFrame) -> pl.Series:
    maps, letters = flat(frame["Events.Attributes"]), letters_of(frame, "Events.Name", "EventAttributeTypes")
    return joined(
        [
            *('{"time_unix_nano":"', flat(frame["Events.Timestamp"]).cast(pl.Int64).cast(pl.String)),
            *('","name":"', inside_quotes(flat(frame["Events.Name"]))),
            *('","attributes":', attributes_json(shapes_of(maps, letters)), "}"),
        ]
    )


def _links(frame: pl.DataFrame) -> pl.Series:
    maps, letters = flat(frame["Links.Attributes"]), letters_of(frame, "Links.SpanId", "LinkAttributeTypes")
    return joined(
        [
            *('{"trace_id":"', inside_quotes(flat(frame["Links.TraceId"]))),
            *('","span_id":"', inside_quotes(flat(frame["Links.SpanId"]))),
            *('","attributes":', attributes_json(shapes_of(maps, letters))),
            *(',"trace_state":"', inside_quotes(flat(frame["Links.TraceState"])), '"}'),
        ]
    )


def _warnings(rebuilt: RebuiltTrace) -> pl.Series:
    found = pl.repeat("[]", rebuilt.frame.height, dtype=pl.String, eager=True)
    return found.scatter(list(rebuilt.span_warnings), dumped(list(rebuilt.span_warnings.values())))
