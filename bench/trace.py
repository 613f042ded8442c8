"""What one trace by id costs: reading, rebuilding, printing, beside the engine reading the same rows.

    python -m bench.trace --spans 20 10000 100000

Fills an embedded store of its own and removes it. Seconds on the clock say what a user waits, on a machine
that does nothing else; CPU time of the calling thread is steadier where others work too, and leaves out the
engine's other threads. The ratio is to the engine alone. The rounds of all steps take turns, so that what
else the machine does is the same for all.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import machine
from bench.generate_traces import generate
from query.api.trace_json import trace_json
from query.traces.assembly import trace_of
from query.traces.collection import collection_paused
from query.traces.rebuilt import rebuild
from storage import migrations, statements
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint
from storage.traces import TraceStore

UNKNOWN_ID = "ab" * 16


@dataclass(slots=True)
class _Times:
    clock_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)


def main() -> None:
    """Reads options, fills a store, measures each size, prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, nargs="+", default=[20, 10_000, 100_000])
    parser.add_argument("--around", type=int, default=200_000, help="spans of other traces in the store")
    parser.add_argument(
        "--rounds", type=int, default=9, help="of each step; a fourfold number for small traces"
    )
    options = parser.parse_args()
    console = Console()
    console.print(machine.description())
    title = f"One trace, median of {options.rounds} (small: {4 * options.rounds})"
    table = Table("spans", "step", "clock, ms", "thread CPU, ms", "ratio", title=title)
    with tempfile.TemporaryDirectory(prefix="spanhouse-bench-") as directory:
        database = Database(EmbeddedEndpoint(Path(directory)))
        migrations.apply(database, migrations.SchemaOptions())
        around = max(options.around, *options.spans)
        generate(database, spans=around, hours=1, end_ns=time.time_ns())
        for spans in options.spans:
            _measure(database, spans, options.rounds if spans > 1_000 else 4 * options.rounds, table)
        database.close()
    console.print(table)


def _measure(database: Database, spans: int, rounds: int, table: Table) -> None:
    trace_id = f"feed{spans:028x}"
    sql = Path(__file__).with_name("one_trace.sql").read_text(encoding="utf-8")
    database.execute(sql, {"trace_id": trace_id, "spans": spans})
    store = TraceStore(database)
    frame = store.spans(trace_id)
    assert frame is not None
    rebuilt = rebuild(trace_id, frame, time.time_ns())
    assert rebuilt is not None

    def total() -> None:
        with collection_paused():
            rows = store.spans(trace_id)
            assert rows is not None
            trace = rebuild(trace_id, rows, time.time_ns())
            assert trace is not None
            trace_json(trace)

    steps: dict[str, Callable[[], object]] = {
        "engine alone, the same rows": _bare(database, trace_id),
        "storage": lambda: store.spans(trace_id),
        "storage, an unknown id": lambda: store.spans(UNKNOWN_ID),
        "rebuild": lambda: rebuild(trace_id, frame, time.time_ns()),
        "JSON": lambda: trace_json(rebuilt),
        "objects, for pages": lambda: trace_of(rebuilt),
        "total of storage, rebuild, JSON": total,
    }
    times = {name: _Times() for name in steps}
    for number in range(rounds + 1):
        for name, work in steps.items():
            with collection_paused():
                clock, cpu = time.perf_counter(), time.thread_time()
                result = work()
                passed = (time.perf_counter() - clock) * 1e3, (time.thread_time() - cpu) * 1e3
                del result
            if number:
                times[name].clock_ms.append(passed[0])
                times[name].cpu_ms.append(passed[1])
            gc.collect()
    alone_ms = statistics.median(times["engine alone, the same rows"].clock_ms)
    for name, taken in times.items():
        clock_ms = statistics.median(taken.clock_ms)
        cells = f"{clock_ms:,.1f}", f"{statistics.median(taken.cpu_ms):,.1f}", f"{clock_ms / alone_ms:.2f}"
        table.add_row(f"{spans:,}", name, *cells)
    size = len(trace_json(rebuilt))
    table.add_row(
        "", f"{size / 1e6:,.1f} MB of JSON, {len(rebuilt.hops.errors):,} hops", "", "", "", end_section=True
    )


def _bare(database: Database, trace_id: str) -> Callable[[], object]:
    """The engine reading all columns of the trace's rows, told where they are, and sending them nowhere."""
    [(first_second, last_second)] = database.rows("trace_range", {"trace_id": trace_id})
    text = f"{statements.sent('trace_spans')}FORMAT Null"
    parameters = {"trace_id": trace_id, "first_bucket": first_second - 299, "last_bucket": last_second}
    return lambda: database.execute(text, parameters)


if __name__ == "__main__":
    main()
