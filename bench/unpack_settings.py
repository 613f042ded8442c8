"""The settings of an unpacking, as its statement has them, for what is measured beside it."""

from __future__ import annotations

import re

from storage import statements

_CLAUSE = re.compile(r"^SETTINGS\n(.*?)^WITH$", re.DOTALL | re.MULTILINE)
_SETTING = re.compile(r"(\w+) = '?(\w+)'?")


def unpack_settings() -> dict[str, str]:
    """Names and values, without the token."""
    clause = _CLAUSE.search(statements.query("unpack_bundle"))
    assert clause is not None
    return dict(_SETTING.findall(clause[1]))


def settings_clause() -> str:
    """The same as the end of a SELECT."""
    return "SETTINGS " + ", ".join(f"{name} = '{value}'" for name, value in unpack_settings().items())
