"""SQL text from files: named queries and numbered migrations. Reads packaged files, runs nothing."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

OTLP_MESSAGE = "Request"
"""The message of storage/sql/otlp.proto that a request is."""

_SPLIT = re.compile(r"^-- split( cluster)?$", re.MULTILINE)
_COMMENT = re.compile(r"//[^\n]*")
_SPACES = re.compile(r"\s+")
_INCLUDE = re.compile(r"^-- include (\w+)\n", re.MULTILINE)
_COMMENT_LINES = re.compile(r"^[ \t]*--[^\n]*\n", re.MULTILINE)
_HOLE = re.compile(r"\{(database|cluster|local|engine_prefix|retention_days)\}")


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file of DDL."""

    number: int
    slug: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the file's text: an applied migration must never change."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def statements(self, holes: dict[str, str]) -> list[str]:
        """The file's statements with the closed set of DDL holes filled.

        A statement after `-- split cluster` is kept only when there is a cluster to make it for.

        Args:
            holes: Values for `database`, `cluster` ('' without one), `local` (suffix of the tables that hold
                rows: '_local' on a cluster), `engine_prefix`, `retention_days`.
        """
        filled = _HOLE.sub(lambda match: holes[match.group(1)], self.text)
        first, *rest = _SPLIT.split(filled)
        parts = [("", first), *zip(rest[::2], rest[1::2], strict=True)]
        return [text.strip() for mark, text in parts if text.strip() and (holes["cluster"] or not mark)]


@cache
def query(name: str) -> str:
    """The text of `storage/sql/queries/<name>.sql`; `-- include name` stands for `fragments/<name>.sql`."""
    return _INCLUDE.sub(lambda match: _text("fragments", match.group(1)), _text("queries", name))


def _text(directory: str, name: str) -> str:
    return (files("storage") / "sql" / directory / f"{name}.sql").read_text(encoding="utf-8")


@cache
def sent(name: str) -> str:
    """The same without lines of comment, with which the driver takes a text apart letter by letter."""
    return _COMMENT_LINES.sub("", query(name))


@cache
def otlp_schema() -> str:
    """The trimmed OTLP schema that ClickHouse decodes requests with.

    Without comments and spaces: it travels in the URL of every INSERT, where each character costs time.
    """
    text = (files("storage") / "sql" / "otlp.proto").read_text(encoding="utf-8")
    return _SPACES.sub(" ", _COMMENT.sub("", text)).replace("; ", ";").strip()


def otlp_message_path() -> str:
    """The same schema as a file, and the message in it, for an engine that shares our file system."""
    return f"{files('storage') / 'sql' / 'otlp.proto'}:{OTLP_MESSAGE}"


@cache
def migrations() -> tuple[Migration, ...]:
    """All migrations, in order."""
    found = []
    for entry in (files("storage") / "sql" / "migrations").iterdir():
        if entry.name.endswith(".sql"):
            number, _, slug = entry.name.removesuffix(".sql").partition("_")
            found.append(Migration(int(number), slug, entry.read_text(encoding="utf-8")))
    return tuple(sorted(found, key=lambda migration: migration.number))
