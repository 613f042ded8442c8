"""The search form: what its fields say, the filter they make, and each condition in words.

Pure. Field names are those of `GET /api/v1/traces`, so a page's query string is also the API's. Durations
may carry a unit (`1.5s`); a bare number is milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from query.api.attribute_conditions import with_attributes
from query.model.search import SearchError, StatusFilter, TraceFilter, TraceSort
from ui.errors import BadParameter
from ui.formats import duration

MAX_ATTRIBUTES = 8
_UNIT_MS = {"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4, "min": 6e4, "h": 3.6e6}
_DURATION = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)\s?(ns|us|µs|ms|s|min|m|h)?")


@dataclass(frozen=True, slots=True)
class SearchForm:
    """The fields as written, and the filter they mean."""

    service: str
    operation: str
    min_duration_ms: str
    max_duration_ms: str
    status: str
    attributes: tuple[str, ...]
    sort: TraceSort
    cursor: str
    filter: TraceFilter

    @property
    def is_empty(self) -> bool:
        """Whether nothing but the window narrows the search."""
        return self.filter == TraceFilter()


@dataclass(frozen=True, slots=True)
class Condition:
    """One field's condition: in words, the search without it, and the URL changes that drop it."""

    words: str
    relaxed: TraceFilter
    changes: dict[str, str | list[str]]


def read_form(parameters: Mapping[str, str], attributes: Sequence[str]) -> SearchForm:
    """Reads the page's query string.

    Args:
        parameters: Single parameters.
        attributes: Values of the repeatable `attribute`, each `key=value`, `key~part` or `key`.

    Raises:
        BadParameter: A duration, status or sort cannot be read.
    """

    def field(name: str) -> str:
        return parameters.get(name, "").strip()

    written = tuple(text.strip() for text in attributes if text.strip())[:MAX_ATTRIBUTES]
    status, sort = field("status"), field("sort") or "newest"
    if status not in ("", "error", "ok"):
        raise BadParameter(f"status {status[:40]!r} is not one of error, ok")
    if sort not in ("newest", "slowest"):
        raise BadParameter(f"sort {sort[:40]!r} is not one of newest, slowest")
    return SearchForm(
        service=field("service"),
        operation=field("operation"),
        min_duration_ms=field("min_duration_ms"),
        max_duration_ms=field("max_duration_ms"),
        status=status,
        attributes=written,
        sort=cast("TraceSort", sort),
        cursor=field("cursor"),
        filter=_with_attributes(
            TraceFilter(
                service=field("service") or None,
                operation=field("operation") or None,
                min_duration_ms=_duration_ms("shortest duration", field("min_duration_ms")),
                max_duration_ms=_duration_ms("longest duration", field("max_duration_ms")),
                status=cast("StatusFilter", status) if status else None,
            ),
            written,
        ),
    )  # fmt: skip


def _with_attributes(wanted: TraceFilter, written: Sequence[str]) -> TraceFilter:
    try:
        return with_attributes(wanted, written)
    except SearchError as error:
        raise BadParameter(str(error)) from None


def _duration_ms(name: str, text: str) -> float | None:
    if not text:
        return None
    match = _DURATION.fullmatch(text)
    if match is None:
        raise BadParameter(f"{name} {text[:40]!r} is not a duration: write 250, 250ms or 1.5s")
    return float(match[1]) * _UNIT_MS[match[2] or "ms"]


def conditions(form: SearchForm) -> list[Condition]:
    """Each condition of a form, with the search that drops just that one."""
    wanted = form.filter
    found: list[Condition] = []

    def add(words: str, relaxed: TraceFilter, **changes: str | list[str]) -> None:
        found.append(Condition(words, relaxed, changes))

    if wanted.service is not None:
        add(f"service {wanted.service}", replace(wanted, service=None), service="")
    if wanted.operation is not None:
        add(f"operation {wanted.operation}", replace(wanted, operation=None), operation="")
    if wanted.min_duration_ms is not None:
        words = f"at least {duration(wanted.min_duration_ms)}"
        add(words, replace(wanted, min_duration_ms=None), min_duration_ms="")
    if wanted.max_duration_ms is not None:
        words = f"at most {duration(wanted.max_duration_ms)}"
        add(words, replace(wanted, max_duration_ms=None), max_duration_ms="")
    if wanted.status is not None:
        add(f"status {wanted.status}", replace(wanted, status=None), status="")
    for text in form.attributes:
        kept = [other for other in form.attributes if other != text]
        add(f"attribute {text}", _with_attributes(wanted, kept), attribute=kept)
    return found
