"""Where the store is: an embedded engine in a directory, or a ClickHouse server by URL. Pure data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

_IDENTIFIER = re.compile(r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")


@dataclass(frozen=True, slots=True)
class EmbeddedEndpoint:
    """ClickHouse inside this process (chDB), its files in `path`. One process per directory."""

    path: Path
    database: str = "spanhouse"

    def __str__(self) -> str:
        return f"embedded ClickHouse in {self.path}, database {self.database}"


@dataclass(frozen=True, slots=True)
class ServerEndpoint:
    """A ClickHouse server's HTTP interface; `cluster` names a cluster of `system.clusters` when sharded."""

    host: str
    port: int
    username: str
    password: str
    secure: bool
    database: str = "spanhouse"
    cluster: str | None = None

    def __str__(self) -> str:
        return f"{'https' if self.secure else 'http'}://{self.host}:{self.port}/{self.database}"

    def __repr__(self) -> str:
        return f"ServerEndpoint({self.username}:***@{self})"


Endpoint = EmbeddedEndpoint | ServerEndpoint


def parse_server_url(url: str, *, cluster: str | None = None) -> ServerEndpoint:
    """Reads `http[s]://[user[:password]@]host[:port][/database]`.

    Raises:
        ValueError: Not such a URL; the message never repeats the password.
    """
    parts: SplitResult = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("the ClickHouse URL must look like http://user:password@host:8123/database")
    secure = parts.scheme == "https"
    database = parts.path.strip("/") or "spanhouse"
    for name in (database, cluster or "ok"):
        if not _IDENTIFIER.match(name):
            raise ValueError(f"{name[:80]!r} is not a plain identifier (letters, digits, underscore)")
    return ServerEndpoint(
        host=parts.hostname,
        port=parts.port or (8443 if secure else 8123),
        username=unquote(parts.username or "default"),
        password=unquote(parts.password or ""),
        secure=secure,
        database=database,
        cluster=cluster,
    )
