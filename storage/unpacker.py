"""Moves one bundle of the log into spans, each request once, whatever was interrupted before.

A request is marked in `requests_seen` after its spans are stored; the token of the INSERT makes repeating it
harmless in between, table by table. Which bundle and when is decided in `storage.unpacking`. Data goes on by
materialized views (docs/adr/0011-request-log.md).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import xxhash

from storage.bundle import packed
from storage.client import Database
from storage.errors import QueryTooHeavy, StorageError, StorageRefused, UndecodableBlock
from storage.request_log import RequestLog

logger = logging.getLogger(__name__)

# So many refused one after the other, and none taken: it is not their fault.
_REFUSED_IN_A_ROW = 8


class Unpacker:
    """Unpacks bundles; several threads may, each its own.

    Args:
        database: Where spans go.
        log: Where they come from.
    """

    def __init__(self, database: Database, log: RequestLog) -> None:
        self._database = database
        self._log = log

    def logged_bundles(self, quiet_seconds: int = 0) -> list[int]:
        """Bundles in the log that nothing was written into for so long, oldest first."""
        return self._log.bundles(quiet_seconds)

    def unpack(self, bundle: int, *, keep: bool = False) -> bool:
        """Stores the spans of a bundle's requests and drops the bundle from the log.

        Args:
            bundle: Nobody writes into it any more.
            keep: Leave it in the log, for another look later.

        Returns:
            False when it has to be looked at again: some requests are in an earlier bundle too, whose turn it
            is, or it was kept.

        Raises:
            StorageError: Some requests are not unpacked; the bundle is kept, trying again is safe.
        """
        first = self._log.first_bundles(bundle)
        if not first:
            return True
        seen = set(self._database.hashes("requests_seen", list(first)))
        mine = [digest for digest, found in first.items() if found == bundle and digest not in seen]
        if mine:
            self._store(bundle, mine)
        if keep or any(found < bundle for digest, found in first.items() if digest not in seen):
            return False
        self._log.drop(bundle)
        return True

    def _store(self, bundle: int, hashes: Sequence[int]) -> None:
        """Unpacks these; when they are refused, in halves, so that only what cannot be taken is left out."""
        refused: list[tuple[int, StorageError]] = []
        taken = self._store_or_split(bundle, hashes, refused)
        if refused and not taken:
            raise refused[0][1]
        for digest, failure in refused:
            logger.error("request %032x is set aside: %.500r", digest, str(failure))
            self._log.set_aside(bundle, digest)
            self._mark([digest])

    def _store_or_split(
        self, bundle: int, hashes: Sequence[int], refused: list[tuple[int, StorageError]]
    ) -> bool:
        """Whether any of them were taken."""
        try:
            self._insert(bundle, hashes)
        except (StorageRefused, UndecodableBlock, QueryTooHeavy) as failure:
            if len(hashes) == 1:
                refused.append((hashes[0], failure))
                return False
            middle = len(hashes) // 2
            taken = self._store_or_split(bundle, hashes[:middle], refused)
            if not taken and len(refused) >= _REFUSED_IN_A_ROW:
                raise
            return self._store_or_split(bundle, hashes[middle:], refused) or taken
        return True

    def _insert(self, bundle: int, hashes: Sequence[int]) -> None:
        self._log.unpack(bundle, hashes, xxhash.xxh3_128_hexdigest(packed(hashes)))
        self._mark(hashes)

    def _mark(self, hashes: Sequence[int]) -> None:
        self._database.insert_bytes("requests_seen (RequestHash)", packed(hashes), format_name="RowBinary")
