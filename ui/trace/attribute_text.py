"""How attribute values read in the span drawer: plain text, a statement, a stack trace or JSON.

Pure text in, text out: templates escape it. Values are hostile, so every text has a bound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import orjson

from query.model.trace import Attributes, AttributeValue

MAX_VALUE_LENGTH = 20_000
_INLINE_LENGTH = 120
_STATEMENT_KEYS = ("db.query.text", "db.statement")
_STACK_KEYS = ("exception.stacktrace", "code.stacktrace")
# A new line before each clause of a statement; quoted text and identifiers are left alone.
_QUOTED_OR_CLAUSE = re.compile(
    r"""('[^']*'|"[^"]*"|`[^`]*`)|(?<!\s)\s++("""
    r"""FROM|WHERE|(?:(?:LEFT|RIGHT|INNER|FULL|CROSS)\s(?:OUTER\s)?)?JOIN|GROUP\sBY|ORDER\sBY"""
    r"""|HAVING|LIMIT|VALUES|SET|RETURNING|UNION|ON\sCONFLICT)\b""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """One attribute; `form` is `inline`, `block`, `statement` or `stack`."""

    key: str
    text: str
    form: str


def attribute_rows(attributes: Attributes) -> list[AttributeRow]:
    """Attributes by key, the way the drawer lists them."""
    return [_row(key, attributes[key]) for key in sorted(attributes)]


def value_text(value: AttributeValue) -> str:
    """A value as text: strings as they are, everything else as JSON."""
    if isinstance(value, str):
        return value
    return orjson.dumps(value, default=str).decode()


def _row(key: str, value: AttributeValue) -> AttributeRow:
    text = value_text(value)
    if len(text) > MAX_VALUE_LENGTH:
        text = f"{text[:MAX_VALUE_LENGTH]}… ({len(text):,} characters; the JSON holds all of them)"
    if key in _STATEMENT_KEYS:
        return AttributeRow(key, statement_lines(text), "statement")
    if key in _STACK_KEYS:
        return AttributeRow(key, text, "stack")
    return AttributeRow(key, text, "block" if "\n" in text or len(text) > _INLINE_LENGTH else "inline")


def statement_lines(statement: str) -> str:
    """A one-line SQL statement broken before each clause; one that has lines already stays as it is."""
    if "\n" in statement.strip():
        return statement
    return _QUOTED_OR_CLAUSE.sub(lambda match: match[1] or f"\n{match[2]}", statement)
