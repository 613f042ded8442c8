"""How attribute conditions are written in a URL. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from query.model.search import SearchError, TraceFilter

_MAX_LENGTH = 2000
_CONDITION = re.compile(r"(?P<name>[^=~]+)(?:(?P<sign>[=~])(?P<value>.*))?", re.DOTALL)


def with_attributes(filter: TraceFilter, conditions: Sequence[str]) -> TraceFilter:
    """The filter with conditions `name=value`, `name~part` (case is ignored) or `name` (it is there).

    Raises:
        SearchError: A condition has no name or is too long.
    """
    equal, contain, exist = [], [], []
    for text in conditions:
        found = _CONDITION.fullmatch(text)
        if not found or len(text) > _MAX_LENGTH:
            raise SearchError(f"attribute {text[:80]!r} must look like key=value, key~part or key")
        name, sign, value = found["name"], found["sign"], found["value"]
        if sign == "=":
            equal.append((name, value))
        elif sign == "~":
            contain.append((name, value))
        else:
            exist.append(name)
    return replace(
        filter, attributes=tuple(equal), attributes_contain=tuple(contain), attributes_exist=tuple(exist)
    )
