"""What can go wrong with the store, in the terms its callers act on.

Everything the ClickHouse client raises is turned into one of these in `storage.client`; receivers and the
API map them to gRPC and HTTP codes in one place each.
"""

from __future__ import annotations


class StorageError(Exception):
    """Base of all storage errors; the message is safe to show to a developer."""


class StorageUnavailable(StorageError):
    """The store cannot be reached or is starting or shutting down. Trying again later can succeed."""


class StorageOverloaded(StorageError):
    """The store refuses more work now (too many parts, memory, disk nearly full). Try again later."""


class StorageRefused(StorageError):
    """The store answered with an error it gives no hint about. Trying again may or may not succeed."""


class EngineBroken(StorageRefused):
    """The embedded engine cannot open its directory. A person has to look."""


class UndecodableBlock(StorageError):
    """ClickHouse refused the bytes of a block; nothing of it was stored. Trying again cannot succeed."""


class QueryTooHeavy(StorageError):
    """A query passed its limit of time, memory or rows. A smaller window or narrower filter can succeed.

    Attributes:
        limit: Which one, as one word; empty when the message says it.
    """

    def __init__(self, message: str, *, limit: str = "") -> None:
        super().__init__(message)
        self.limit = limit

    @property
    def words(self) -> str:
        """What to tell who asked: not what the store said, which quotes the query."""
        if not self.limit:
            return str(self)
        return (
            f"this question passed its limit of {self.limit}: ask for a shorter window or a narrower filter"
        )


class MigrationError(StorageError):
    """The schema cannot be brought to this version (edited migration, newer schema, failed statement)."""
