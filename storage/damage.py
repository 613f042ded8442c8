"""What the engine could not read when it opened its files, and put aside: rows are missing without a word."""

from __future__ import annotations

from dataclasses import dataclass

from storage.client import Database


@dataclass(frozen=True, slots=True)
class Damage:
    """Damaged parts of one table.

    Attributes:
        table: Its name.
        parts: How many.
        size_bytes: What is left of them on the disk.
    """

    table: str
    parts: int
    size_bytes: int

    def __str__(self) -> str:
        """For a person."""
        return (
            f"{self.parts} damaged part{'' if self.parts == 1 else 's'} of {self.table} "
            f"({self.size_bytes:,} bytes) cannot be read and was put aside: rows are missing; "
            "see docs/operations.md, Damaged files"
        )


def found(database: Database) -> list[Damage]:
    """Damage found since the files were last cleaned up, by table.

    Raises:
        StorageError: See `storage.failure.translated`.
    """
    return [
        Damage(str(table), int(parts), int(size)) for table, parts, size in database.rows("damaged_parts")
    ]
