"""Reads which namespace each service says it is part of. The table is fed by the spans themselves."""

from __future__ import annotations

from storage.client import Database


class NamespaceStore:
    """The table `service_namespaces`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_service(self) -> dict[str, str]:
        """The namespace of each service that has one, as of now.

        Raises:
            StorageError: See `storage.failure.translated`.
        """
        return {
            str(service): str(namespace) for service, namespace in self._database.rows("service_namespaces")
        }
