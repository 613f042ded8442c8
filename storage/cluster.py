"""The nodes of a ClickHouse cluster, as seen from one of them. Reads system tables; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

from storage.client import Database
from storage.endpoint import Endpoint, ServerEndpoint
from storage.errors import StorageUnavailable


def nodes(database: Database) -> list[ServerEndpoint]:
    """Every replica of every shard with its own HTTP port, which the cluster's native address can tell.

    Raises:
        StorageUnavailable: The cluster is unknown to the server, or a node does not answer.
    """
    endpoint = database.endpoint
    assert isinstance(endpoint, ServerEndpoint)
    assert endpoint.cluster is not None
    members = database.rows("cluster_members", {"cluster": endpoint.cluster})
    if not members:
        raise StorageUnavailable(f"the server knows no cluster named {endpoint.cluster!r}")
    port_name = "https_port" if endpoint.secure else "http_port"
    found = []
    for host, native_port in members:
        [(http_port,)] = database.rows(
            "node_http_port", {"address": f"{host}:{native_port}", "port_name": port_name}
        )
        found.append(replace(endpoint, host=str(host), port=int(http_port)))
    return found


def databases(database: Database) -> list[AbstractContextManager[Database]]:
    """This database on every node of its cluster, each to be opened in turn; without a cluster just itself.

    Raises:
        StorageUnavailable: See `nodes`.
    """
    if isinstance(database.endpoint, ServerEndpoint) and database.endpoint.cluster:
        return [_connected(node) for node in nodes(database)]
    return [_already(database)]


@contextmanager
def _connected(endpoint: Endpoint) -> Iterator[Database]:
    database = Database(endpoint, max_connections=1)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _already(database: Database) -> Iterator[Database]:
    yield database
