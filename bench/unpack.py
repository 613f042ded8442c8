"""What the two steps of ingest cost, in CPU, merges stopped (ADR 0011 and 0014 in docs/adr).

`python -m bench.unpack`: log and unpack by either log, and one INSERT for everything, per span and for the
smallest request.
`python -m bench.unpack --views`: the same of unpacking, with ever more of what it feeds taken away.
`python -m bench.unpack --merges 5 12 16 20`: the CPU of merging what many unpackings leave, by
`merge_selector_base`.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import machine, payload
from bench.unpack_settings import settings_clause, unpack_settings
from collector.otlp.canonical import canonical
from storage import migrations, statements
from storage.bundle import block_of, request_hash
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint
from storage.file_log import FileLog
from storage.table_log import decode_settings

_SPANS = 512
_REQUESTS_PER_WRITE = 24
_WRITES_PER_BUNDLE = 4
_SPANS_PER_BUNDLE = _SPANS * _REQUESTS_PER_WRITE * _WRITES_PER_BUNDLE
# What unpacking feeds, in the order in which it can be taken away.
_FED = {
    "link_traces": "DROP VIEW link_traces_mv",
    "link_spans": "DROP VIEW link_spans_mv",
    "trace_parts": "DROP VIEW trace_parts_mv",
    "otel_traces_trace_id_ts": "DROP VIEW otel_traces_trace_id_ts_mv",
    # Parts that are there keep it: rewriting them is a merge, and those are stopped.
    "the text index": "ALTER TABLE otel_traces DROP INDEX idx_span_attribute_values SETTINGS alter_sync = 0",
}
_READ = "SELECT resource_spans FROM otlp_log WHERE bundle = {bundle:UInt64}"
_MERGED_TABLES = ("otel_traces", "otel_traces_trace_id_ts", "trace_parts", "link_spans", "link_traces")
_UNPACKINGS = 48
_UNPACK_EVERY_SECONDS = 0.15
_MERGES_SETTLE_SECONDS = 5.0


class Engine:
    """The embedded engine with the full schema and both logs beside it."""

    def __init__(self, database: Database, log_directory: Path) -> None:
        self.database = database
        self._files = FileLog(database, log_directory, synced=False, rewritten=canonical)
        self._decode = decode_settings(database.endpoint)
        self._number = 0

    def log_all(self, requests: dict[int, bytes], bundle: int) -> None:
        """Writes into the log, in groups as the collector makes them."""
        for write in _in_writes(requests):
            block = block_of(write, bundle)
            self.database.insert_bytes("otlp_log", block, format_name="Protobuf", settings=self._decode)

    def log_in_files(self, requests: dict[int, bytes], bundle: int) -> None:
        """The same into a file, which is there before and after."""
        self._files.drop(bundle)
        for write in _in_writes(requests):
            self._files.write(bundle, write)

    def unpack_file(self, requests: dict[int, bytes], bundle: int) -> None:
        """The INSERT of one unpacking from a file; can be repeated."""
        self._files.unpack(bundle, list(requests), self._token())

    def unpack(self, requests: dict[int, bytes], bundle: int) -> None:
        """The INSERT of one unpacking; can be repeated."""
        self.database.run(
            "unpack_bundle", {"bundle": bundle, "hashes": list(requests), "token": self._token()}
        )

    def flatten(self, requests: dict[int, bytes], bundle: int) -> None:
        """The SELECT of one unpacking, its rows thrown away."""
        select = "WITH\n" + statements.query("unpack_bundle").partition("\nWITH\n")[2]
        self.database.execute(
            f"{select} {settings_clause()} FORMAT Null", {"bundle": bundle, "hashes": list(requests)}
        )

    def read(self, _: dict[int, bytes], bundle: int) -> None:
        """What that SELECT reads."""
        self.database.execute(f"{_READ} {settings_clause()} FORMAT Null", {"bundle": bundle})

    def insert(self, requests: dict[int, bytes], bundle: int) -> None:
        """Decoding and all tables in one INSERT."""
        settings = self._decode | unpack_settings() | {"insert_deduplication_token": self._token()}
        block = block_of(requests, bundle)
        self.database.insert_bytes("otlp_ingest", block, format_name="Protobuf", settings=settings)

    def _token(self) -> str:
        self._number += 1
        return f"bench-{self._number}"


def main() -> None:
    """Reads options, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--views", action="store_true", help="what each of the fed tables costs")
    parser.add_argument("--merges", type=int, nargs="+", metavar="BASE")
    options = parser.parse_args()
    console = Console()
    console.print(f"machine: {machine.description()}; load {os.getloadavg()[0]:.1f}")
    if options.merges:
        table = _merging(options.merges)
    elif options.views:
        table = _feeding(options.rounds)
    else:
        table = _steps(options.rounds)
    console.print(table)


def _steps(rounds: int) -> Table:
    table = Table("step", f"{_SPANS_PER_BUNDLE:,} spans, µs per span", "one span, ms")
    with _engine(merges=False) as engine:
        large, small = _logged(engine)
        steps: dict[str, Callable[[dict[int, bytes], int], None]] = {
            "log in files": engine.log_in_files,
            "unpack a file": engine.unpack_file,
            "log in a table": engine.log_all,
            "unpack from the table": engine.unpack,
            "one INSERT for everything": engine.insert,
        }
        taken: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in steps}
        # In turns, so that all of them see the same minutes of the machine.
        for _, (name, step) in itertools.product(range(rounds), steps.items()):
            # The table's writes must not add to what is unpacked.
            large_bundle, small_bundle = (8, 9) if step == engine.log_all else (1, 2)
            taken[name][0].append(_cpu_of(step, large, large_bundle) / _SPANS_PER_BUNDLE * 1e6)
            taken[name][1].append(_cpu_of(step, small, small_bundle) * 1e3)
    for name, (per_span, fixed) in taken.items():
        table.add_row(name, f"{statistics.median(per_span):.1f}", f"{statistics.median(fixed):.0f}")
    return table


def _logged(engine: Engine) -> tuple[dict[int, bytes], dict[int, bytes]]:
    """A bundle of many requests and the smallest one, in the log as bundles 1 and 2."""
    large, small = _requests(_REQUESTS_PER_WRITE * _WRITES_PER_BUNDLE, _SPANS), _requests(1, 1)
    engine.log_all(large, 1)
    engine.log_all(small, 2)
    return large, small


def _feeding(rounds: int) -> Table:
    table = Table("fed", f"{_SPANS_PER_BUNDLE:,} spans, µs per span", "one span, ms")
    with _engine(merges=False) as engine:
        large, small = _logged(engine)

        def add(name: str, step: Callable[[dict[int, bytes], int], None]) -> None:
            per_span, fixed = (
                statistics.median(_cpu_of(step, requests, bundle) for _ in range(rounds))
                for bundle, requests in ((1, large), (2, small))
            )
            table.add_row(name, f"{per_span / _SPANS_PER_BUNDLE * 1e6:.1f}", f"{fixed * 1e3:.0f}")

        add("everything", engine.unpack)
        for name, statement in _FED.items():
            engine.database.execute(statement)
            add(f"without {name}", engine.unpack)
        add("flattened, nothing written", engine.flatten)
        add("read from the log", engine.read)
    return table


def _merging(bases: list[int]) -> Table:
    table = Table(
        "merge_selector_base", "rows merged", "CPU µs per span, unpacking and merging", "parts left"
    )
    bundles = [_requests(_REQUESTS_PER_WRITE, _SPANS, seed) for seed in range(1, 5)]
    for base in bases:
        with _engine(merges=True) as engine:
            for name in _MERGED_TABLES:
                engine.database.execute(f"ALTER TABLE {name} MODIFY SETTING merge_selector_base = {base:d}")
            for number, requests in enumerate(bundles):
                engine.log_all(requests, number)

            def work(engine: Engine = engine) -> None:
                for number in range(_UNPACKINGS):
                    engine.unpack(bundles[number % len(bundles)], number % len(bundles))
                    time.sleep(_UNPACK_EVERY_SECONDS)
                time.sleep(_MERGES_SETTLE_SECONDS)

            rows_before = int(engine.database.execute(_MERGED_ROWS) or 0)
            cpu = _cpu_of(work)
            rows = int(engine.database.execute(_MERGED_ROWS) or 0) - rows_before
            parts = int(engine.database.execute(_PARTS))
        spans = _UNPACKINGS * _REQUESTS_PER_WRITE * _SPANS
        table.add_row(str(base), f"{rows:,}", f"{cpu / spans * 1e6:.1f}", f"{parts:,}")
    return table


_MERGED_ROWS = "SELECT value FROM system.events WHERE event = 'MergedRows'"
_PARTS = "SELECT count() FROM system.parts WHERE active AND database = currentDatabase()"


@contextmanager
def _engine(*, merges: bool) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory(prefix="spanhouse-bench-") as directory:
        database = Database(EmbeddedEndpoint(Path(directory) / "clickhouse"))
        migrations.apply(database, migrations.SchemaOptions())
        if not merges:
            database.execute("SYSTEM STOP MERGES")
        try:
            yield Engine(database, Path(directory) / "log")
        finally:
            database.close()


def _requests(count: int, spans: int, seed: int = 1) -> dict[int, bytes]:
    made = itertools.islice(payload.requests("realistic", spans, seed), count)
    return {request_hash(request): request for request in made}


def _in_writes(requests: dict[int, bytes]) -> Iterator[dict[int, bytes]]:
    entries = iter(requests.items())
    while write := dict(itertools.islice(entries, _REQUESTS_PER_WRITE)):
        yield write


def _cpu_of(work: Callable[..., None], *arguments: object) -> float:
    before = time.process_time()
    work(*arguments)
    return time.process_time() - before


if __name__ == "__main__":
    main()
