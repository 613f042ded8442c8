"""Prints the hops of a trace as JSON objects, column by column. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from query.api.json_text import inside_quotes, joined
from query.traces.hops import HopColumns


def hops_json(hops: HopColumns) -> pl.Series:
    """One JSON object per hop (the fields of `model.trace.Hop`), each after a comma."""
    return joined(
        [
            *(',{"caller":"', _quotable(hops.callers)),
            *('","callee":"', _quotable(hops.callees)),
            *('","kind":"', pl.Series(hops.kinds, dtype=pl.String)),
            *('","client_span_id":', _ids(hops.client_span_ids)),
            *(',"server_span_id":', _ids(hops.server_span_ids)),
            *(',"client_ms":', _numbers(hops.client_ms)),
            *(',"server_ms":', _numbers(hops.server_ms)),
            *(',"gap_ms":', _numbers(hops.gap_ms)),
            *(',"request_gap_ms":', _numbers(hops.request_gap_ms)),
            *(',"response_gap_ms":', _numbers(hops.response_gap_ms)),
            *(',"critical_ms":', _numbers(hops.critical_ms)),
            *(',"error":', pl.Series(hops.errors, dtype=pl.Boolean).cast(pl.String), "}"),
        ]
    )


def _quotable(texts: Sequence[str] | pl.Series) -> pl.Series:
    return inside_quotes(pl.Series(texts, dtype=pl.String))


def _ids(ids: Sequence[str | None] | pl.Series) -> pl.Series:
    quotable = inside_quotes(pl.Series(ids, dtype=pl.String))
    return pl.select(pl.concat_str(pl.lit('"'), quotable, pl.lit('"')).fill_null("null")).to_series()


def _numbers(numbers: Sequence[float | None] | pl.Series) -> pl.Series:
    texts = pl.Series(numbers, dtype=pl.Float64).cast(pl.String)
    return texts.fill_null("null") if texts.null_count() else texts
