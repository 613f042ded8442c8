"""Keeps tables to what the settings say may change any day: how long rows are kept, whether parts are synced.

Changes by ALTER, so that no migration is needed; tables that comply already are not touched.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from storage import cluster
from storage.client import Database

logger = logging.getLogger(__name__)

# As ClickHouse prints it. Tables kept for hours have their own reasons and are left alone.
# A number bound as a parameter is printed as a cast.
_RETENTION = re.compile(r"\bTTL ReceivedAt \+ toIntervalDay\((?:_CAST\()?(\d+)\b")
_SYNCED = re.compile(r"\bfsync_after_insert = (?:1|true)\b")


@dataclass(frozen=True, slots=True)
class Policy:
    """What to enforce.

    `fsync` syncs a part and its directory before an INSERT returns, which also survives a power cut at the
    cost docs/measured.md states. Without it an acknowledged span survives the death of the process, but may
    be in the kernel's cache only. None leaves tables as they are (a process that writes nothing).
    """

    retention_days: int = 14
    fsync: bool | None = None


def enforce(database: Database, policy: Policy) -> list[str]:
    """Brings every table of every node to the policy; returns the names of those that were changed.

    Raises:
        StorageError: The store refused a change.
    """
    changed: list[str] = []
    for node in cluster.databases(database):
        with node as connected:
            for name, definition in connected.rows("table_definitions"):
                if _enforce_table(connected, str(name), str(definition), policy):
                    changed.append(str(name))
    return changed


def _enforce_table(database: Database, name: str, definition: str, policy: Policy) -> bool:
    changed = False
    retention = _RETENTION.search(definition)
    if retention and int(retention[1]) != policy.retention_days:
        logger.info("%s: keeping rows for %d days instead of %s", name, policy.retention_days, retention[1])
        database.run("alter_retention", {"table": name, "days": policy.retention_days})
        changed = True
    if policy.fsync is not None and bool(_SYNCED.search(definition)) != policy.fsync:
        logger.info("%s: fsync after INSERT %s", name, "on" if policy.fsync else "off")
        database.run("alter_fsync_on" if policy.fsync else "alter_fsync_off", {"table": name})
        changed = True
    return changed
