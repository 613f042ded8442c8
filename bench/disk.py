"""Bytes on disk per span of realistic traces of 20 spans, after merges, split by table and column.

`python -m bench.disk`. Values differ from span to span: every template of spans is used once.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench import machine, payload
from storage import migrations
from storage.bundle import owner_of
from storage.bundles import Bundles
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint
from storage.table_log import TableLog
from storage.unpacker import Unpacker
from storage.writer import SpanWriter

_SPANS_PER_REQUEST = 500
_REQUESTS_PER_WRITE = 20
_TABLES = ("otel_traces", "otel_traces_trace_id_ts", "trace_parts", "link_spans", "link_traces")
_SHORT_LIVED = ("link_spans", "link_traces")
_PARTS = (
    "SELECT sum(rows), sum(bytes_on_disk), sum(secondary_indices_compressed_bytes) FROM system.parts "
    "WHERE active AND database = {database:String} AND table = {table:String}"
)
_COLUMNS = (
    "SELECT column, sum(column_data_compressed_bytes + column_marks_bytes) AS bytes "
    "FROM system.parts_columns WHERE active AND database = {database:String} AND table = {table:String} "
    "GROUP BY column ORDER BY bytes DESC"
)


def main() -> None:
    """Reads options, stores, merges, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=400_000)
    options = parser.parse_args()
    console = Console()
    console.print(f"machine: {machine.description()}")
    with tempfile.TemporaryDirectory(prefix="spanhouse-disk-") as directory:
        database = Database(EmbeddedEndpoint(Path(directory)))
        migrations.apply(database, migrations.SchemaOptions())
        _fill(database, options.spans)
        for table in track(_TABLES, "merging", console=Console(stderr=True)):
            database.execute("OPTIMIZE TABLE {table:Identifier} FINAL", {"table": table})
        _report(database, options.spans, console)
        database.close()


def _fill(database: Database, spans: int) -> None:
    bundles = Bundles(owner_of("bench.disk"), 2**30)
    log = TableLog(database)
    writer, unpacker = SpanWriter(log, bundles), Unpacker(database, log)
    source = _requests()
    writes = -(-spans // (_SPANS_PER_REQUEST * _REQUESTS_PER_WRITE))
    for _ in track(range(writes), "storing", console=Console(stderr=True)):
        writer.write([next(source) for _ in range(_REQUESTS_PER_WRITE)])
        bundle = bundles.take(0)
        assert bundle is not None
        unpacker.unpack(bundle.number)


def _requests() -> Iterator[bytes]:
    seed = 0
    while True:
        seed += 1
        made = payload.requests("realistic", _SPANS_PER_REQUEST, seed)
        for _ in range(payload.VARIANTS):
            yield next(made)


def _report(database: Database, spans: int, console: Console) -> None:
    by_table = Table("table", "bytes/span", "rows", "index bytes/span")
    kept = 0.0
    for name in _TABLES:
        with database.connection() as client:
            where = {"database": database.name, "table": name}
            [(rows, size, index)] = client.query(_PARTS, parameters=where).result_rows
        kept += 0 if name in _SHORT_LIVED else size / spans
        note = " (kept for 25 h)" if name in _SHORT_LIVED else ""
        by_table.add_row(name + note, f"{size / spans:.1f}", f"{rows:,}", f"{index / spans:.1f}")
    console.print(by_table)
    columns = Table("column of otel_traces", "bytes/span")
    with database.connection() as client:
        where = {"database": database.name, "table": "otel_traces"}
        for column, size in client.query(_COLUMNS, parameters=where).result_rows:
            if size / spans >= 0.05:
                columns.add_row(str(column), f"{size / spans:.2f}")
    console.print(columns)
    console.print(f"{spans:,} spans: {kept:.1f} bytes/span for as long as spans are kept")


if __name__ == "__main__":
    main()
