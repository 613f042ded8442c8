"""What writers and the unpacker ask of a log of acknowledged requests.

Two kinds: a table of the ClickHouse server (`storage.table_log`), and files beside the embedded engine
(`storage.file_log`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol


class RequestLog(Protocol):
    """Requests by bundle, each known by its hash (`storage.bundle`). Safe to share between threads."""

    def without_known(self, requests: Mapping[int, bytes]) -> dict[int, bytes]:
        """Those of `requests` that have to be logged: what is stored for certain already is left out."""

    def write(self, bundle: int, requests: Mapping[int, bytes]) -> None:
        """Logs requests, by hash; they are durable when it returns.

        Raises:
            StorageError: See `storage.writer.SpanWriter.write`.
        """

    def bundles(self, quiet_seconds: int = 0) -> list[int]:
        """Bundles in the log that nothing was written into for so long, oldest first."""

    def first_bundles(self, bundle: int) -> dict[int, int]:
        """The hashes of a bundle's requests, each with the earliest bundle that has this request."""

    def unpack(self, bundle: int, hashes: Sequence[int], token: str) -> None:
        """Stores the spans of these requests of a bundle; repeated with the same token it changes nothing.

        Raises:
            StorageRefused, UndecodableBlock, QueryTooHeavy: One of these requests may be at fault.
            StorageError: It is not their fault.
        """

    def set_aside(self, bundle: int, digest: int) -> None:
        """Keeps a request that cannot be unpacked, for a person to look at."""

    def drop(self, bundle: int) -> None:
        """Forgets a bundle, whose requests are spans or set aside; does nothing if it is gone already."""
