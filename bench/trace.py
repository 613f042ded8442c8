"""What one trace by id costs: reading, rebuilding, printing, beside the engine reading the same rows.

    python -m bench.trace --spans 20 10000 100000

Fills an embedded store of its own and removes it. Seconds on the clock say what a user waits, on a machine
that does nothing else; CPU time of the calling thread is steadier where others work too, and leaves out the
engine's other threads.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from bench import machine
from bench.generate_traces import generate
from query.api.trace_json import trace_json
from query.traces.assembly import assemble
from query.traces.collection import collection_paused
from storage import migrations, statements
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint
from storage.traces import TraceStore

ROUNDS = 5
T = TypeVar("T")


def main() -> None:
    """Reads options, fills a store, measures each size, prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, nargs="+", default=[20, 10_000, 100_000])
    parser.add_argument("--around", type=int, default=200_000, help="spans of other traces in the store")
    options = parser.parse_args()
    console = Console()
    console.print(machine.description())
    table = Table("spans", "step", "clock, ms", "thread CPU, ms", title=f"One trace, median of {ROUNDS}")
    with tempfile.TemporaryDirectory(prefix="spanhouse-bench-") as directory:
        database = Database(EmbeddedEndpoint(Path(directory)))
        migrations.apply(database, migrations.SchemaOptions())
        around = max(options.around, *options.spans)
        generate(database, spans=around, hours=1, end_ns=time.time_ns())
        for spans in options.spans:
            _measure(database, spans, table)
        database.close()
    console.print(table)


def _measure(database: Database, spans: int, table: Table) -> None:
    trace_id = f"feed{spans:028x}"
    sql = Path(__file__).with_name("one_trace.sql").read_text(encoding="utf-8")
    database.execute(sql, {"trace_id": trace_id, "spans": spans})
    bare = f"{statements.query('trace_spans')}\nFORMAT Null"

    def step(name: str, work: Callable[[], T]) -> T:
        result, clock_ms, cpu_ms = _timed(work)
        table.add_row(f"{spans:,}", name, f"{clock_ms:,.1f}", f"{cpu_ms:,.1f}")
        return result

    step("engine alone, the same rows", lambda: database.execute(bare, {"trace_id": trace_id}))
    frame = step("storage", lambda: TraceStore(database).spans(trace_id))
    with collection_paused():
        trace = step("rebuild", lambda: assemble(trace_id, frame, time.time_ns()))
        assert trace is not None
        assert trace.span_count == spans
        text = step("JSON", lambda: trace_json(trace))
    table.add_row(
        "", f"{len(text) / 1e6:,.1f} MB of JSON, {len(trace.hops):,} hops", "", "", end_section=True
    )


def _timed(work: Callable[[], T]) -> tuple[T, float, float]:
    """The last result, and medians of clock and thread CPU time in ms; a first run is not counted."""
    result = work()
    clock_ms, cpu_ms = [], []
    for _ in range(ROUNDS):
        clock, cpu = time.perf_counter(), time.thread_time()
        result = work()
        clock_ms.append((time.perf_counter() - clock) * 1e3)
        cpu_ms.append((time.thread_time() - cpu) * 1e3)
    return result, statistics.median(clock_ms), statistics.median(cpu_ms)


if __name__ == "__main__":
    main()
