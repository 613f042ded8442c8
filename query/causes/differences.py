"""Which attribute values selected calls have more often than the rest, the surest difference first.

For a value, p is the share of the selected calls that have it and q that of the rest. They are ranked by the
low end of the interval of p − q: Newcombe's hybrid score interval, p − q − √((p − p⁻)² + (q⁺ − q)²), where p⁻
and q⁺ are ends of Wilson's intervals (R. G. Newcombe, Statistics in Medicine 17, 1998, 873–890, method 10).
A value seen twice in two calls so ranks below one seen in 80 of 100, and what chance explains is left out.

A key that has a value of its own for nearly every call (an id) says nothing about calls and is named instead;
so is the port of a caller's end of a connection, which the system chose.
Numbers with many values are cut at the quartiles of the rest. Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from query.model.cause import ValueDifference

# Standard deviations: as for colours (`confidence_z`), since dozens of values are compared at once.
CONFIDENCE_Z = 2.5
MOST_DIFFERENCES = 50
# A key is an identifier when more than this share of its calls have a value nobody else has.
IDENTIFIER_SHARE = 0.5
# Keys with fewer distinct values are compared value by value, whatever they are.
FEW_VALUES = 20
# A value that fewer of the selected calls have is an accident, however rare it is among the rest.
FEWEST_CALLS = 3
# As the callee's span names the caller's end: semantic conventions of HTTP since 1.21, and before.
CALLERS_PORTS = ("client.port", "network.peer.port", "net.peer.port", "net.sock.peer.port")

_KEY = ["side", "source", "key"]
_NAMED_FIRST = ("span", "resource", "field")


@dataclass(frozen=True, slots=True)
class Differences:
    """Values that differ, and the keys that were taken for identifiers (`callee order.id`)."""

    values: list[ValueDifference]
    identifiers: list[str]


def differences_of(entries: pl.DataFrame, calls: pl.DataFrame) -> Differences:
    """Compares the values of selected calls with those of the rest.

    Args:
        entries: One row per call and attribute: `call`, `side`, `source`, `key`, `value` (text).
        calls: One row per call and side whose span was found: `call`, `side`, `selected`.
    """
    known = entries.unique(["call", *_KEY], keep="first", maintain_order=True).join(
        calls, on=["call", "side"], how="inner"
    )
    identifiers = _identifiers(known)
    ranged = _with_ranges(known.join(identifiers, on=_KEY, how="anti"))
    counted = ranged.group_by([*_KEY, "value"]).agg(
        selected=pl.col("selected").sum(), rest=(~pl.col("selected")).sum(), whose=_whose()
    )
    sides = calls.group_by("side").agg(
        all_selected=pl.col("selected").sum(), all_rest=(~pl.col("selected")).sum(), all_whose=_whose()
    )
    counted = pl.concat([counted, _not_set(counted, sides)]).join(sides, on="side")
    enough = pl.col("selected") >= pl.min_horizontal("all_selected", pl.lit(FEWEST_CALLS))
    compared = counted.filter((pl.col("all_selected") > 0) & (pl.col("all_rest") > 0) & enough)
    found = [(row["whose"], _difference(row)) for row in compared.iter_rows(named=True)]
    surely = [(whose, one) for whose, one in found if one.surplus > 0]
    surely.sort(key=lambda pair: _order(pair[1]))
    names = sorted({f"{row['side']} {row['key']}" for row in identifiers.iter_rows(named=True)})
    return Differences(_without_repetition(surely)[:MOST_DIFFERENCES], names)


def surplus_low(selected: int, all_selected: int, rest: int, all_rest: int) -> float:
    """The low end of the interval of the difference of two shares; may be negative."""
    share, rest_share = selected / all_selected, rest / all_rest
    low, _ = wilson(selected, all_selected)
    _, high = wilson(rest, all_rest)
    return share - rest_share - math.hypot(share - low, high - rest_share)


def wilson(hits: int, trials: int, z: float = CONFIDENCE_Z) -> tuple[float, float]:
    """Wilson's interval of the share of hits."""
    share = hits / trials
    middle = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def _whose() -> pl.Expr:
    """One number for a set of calls: the same for the same calls."""
    return pl.col("call").hash().sum()


def _order(one: ValueDifference) -> tuple[float, str, int, str, str]:
    """The surest first; of values that the same calls have what a person would name first."""
    return -one.surplus, one.side, _NAMED_FIRST.index(one.source), one.key, one.value or ""


def _without_repetition(found: list[tuple[int, ValueDifference]]) -> list[ValueDifference]:
    """Values that exactly the same calls have as one (an instance, its pod and its host)."""
    first: dict[int, ValueDifference] = {}
    for whose, one in found:
        if whose in first:
            value = "not set" if one.value is None else f"= {one.value}"
            first[whose].same_calls.append(f"{one.side} {one.key} {value}")
        else:
            first[whose] = one
    return list(first.values())


def _difference(row: dict[str, object]) -> ValueDifference:
    selected, all_selected, rest, all_rest = (
        int(str(row[name])) for name in ("selected", "all_selected", "rest", "all_rest")
    )
    share, rest_share = selected / all_selected, rest / all_rest
    return ValueDifference(
        side=row["side"],  # type: ignore[arg-type]  # one of the two by construction
        source=row["source"],  # type: ignore[arg-type]
        key=str(row["key"]),
        value=None if row["value"] is None else str(row["value"]),
        selected_calls=selected,
        selected_share=share,
        rest_calls=rest,
        rest_share=rest_share,
        difference=share - rest_share,
        surplus=surplus_low(selected, all_selected, rest, all_rest),
    )


def _identifiers(known: pl.DataFrame) -> pl.DataFrame:
    by_value = known.group_by([*_KEY, "value"]).agg(calls=pl.len())
    by_key = by_value.group_by(_KEY).agg(
        values=pl.len(), alone=(pl.col("calls") == 1).sum(), calls=pl.col("calls").sum(), numeric=_numeric()
    )
    named_so = pl.col("key").str.contains(r"(?i)([._-]|^)id$|[a-z]I[Dd]$")
    alone = pl.col("alone") > IDENTIFIER_SHARE * pl.col("calls")
    own_value = (pl.col("values") > FEW_VALUES) & alone & (named_so | ~pl.col("numeric"))
    callers_port = (pl.col("side") == "callee") & pl.col("key").is_in(CALLERS_PORTS)
    return by_key.filter(own_value | callers_port).select(_KEY)


def _numeric() -> pl.Expr:
    """Whether all values of a key are finite numbers."""
    return _number().is_finite().fill_null(value=False).all()


def _number() -> pl.Expr:
    return pl.col("value").cast(pl.Float64, strict=False)


def _with_ranges(known: pl.DataFrame) -> pl.DataFrame:
    """Numbers with many values as ranges between the quartiles of the rest."""
    of_rest = _number().filter(~pl.col("selected"))
    cuts = (
        known.group_by(_KEY)
        .agg(
            numeric=_numeric(),
            values=pl.col("value").n_unique(),
            first=of_rest.quantile(0.25, "nearest"),
            middle=of_rest.quantile(0.5, "nearest"),
            last=of_rest.quantile(0.75, "nearest"),
        )
        .filter(pl.col("numeric") & (pl.col("values") > FEW_VALUES) & pl.col("middle").is_not_null())
        .drop("numeric", "values")
    )
    first, middle, last = (pl.col(name).map_batches(_text, pl.String) for name in ("first", "middle", "last"))
    ranges = (
        pl.when(_number() < pl.col("first"))
        .then(pl.format("< {}", first))
        .when(_number() < pl.col("middle"))
        .then(pl.format("{} to {}", first, middle))
        .when(_number() < pl.col("last"))
        .then(pl.format("{} to {}", middle, last))
        .otherwise(pl.format("≥ {}", last))
    )
    return pl.concat(
        [
            known.join(cuts, on=_KEY, how="anti"),
            known.join(cuts, on=_KEY, how="inner").with_columns(value=ranges).select(known.columns),
        ]
    )


def _text(numbers: pl.Series) -> pl.Series:
    return pl.Series([None if number is None else f"{number:.6g}" for number in numbers], dtype=pl.String)


def _not_set(counted: pl.DataFrame, sides: pl.DataFrame) -> pl.DataFrame:
    """For every key the calls that do not have it."""
    return (
        counted.group_by(_KEY)
        .agg(has_selected=pl.col("selected").sum(), has_rest=pl.col("rest").sum(), has=pl.col("whose").sum())
        .join(sides, on="side")
        .select(
            *_KEY,
            value=pl.lit(None, pl.String),
            selected=pl.col("all_selected") - pl.col("has_selected"),
            rest=pl.col("all_rest") - pl.col("has_rest"),
            whose=pl.col("all_whose") - pl.col("has"),
        )
    )
