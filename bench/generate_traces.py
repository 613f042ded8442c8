"""Fills a store with many realistic traces, fast: ClickHouse makes the rows itself.

    python -m bench.generate_traces --data DIR --spans 20_000_000 --hours 24

Traces have 20 spans and start evenly over the hours before now. Other benches import `generate`.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from storage import migrations
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint

SPANS_PER_TRACE = 20
NS_PER_HOUR = 3_600_000_000_000
# One INSERT per so many traces: blocks stay near in time, as they do when traffic arrives.
TRACES_PER_INSERT = 50_000


def generate(database: Database, *, spans: int, hours: float, end_ns: int) -> int:
    """Writes about `spans` spans that started in the `hours` before `end_ns`; returns how many."""
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    traces = max(1, spans // SPANS_PER_TRACE)
    length_ns = int(hours * NS_PER_HOUR)
    start_ns = end_ns - length_ns
    for first in range(0, traces, TRACES_PER_INSERT):
        count = min(TRACES_PER_INSERT, traces - first)
        database.execute(
            sql,
            {
                "traces": count,
                "seed": first + 1,
                "start_ns": start_ns + length_ns * first // traces,
                "length_ns": length_ns * count // traces,
            },
        )
    return traces * SPANS_PER_TRACE


def main() -> None:
    """Reads the command line, fills the store, prints the rate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="directory of the embedded engine")
    parser.add_argument("--spans", type=int, default=1_000_000)
    parser.add_argument("--hours", type=float, default=1.0)
    options = parser.parse_args()
    database = Database(EmbeddedEndpoint(options.data))
    migrations.apply(database, migrations.SchemaOptions())
    started = time.perf_counter()
    written = generate(database, spans=options.spans, hours=options.hours, end_ns=time.time_ns())
    seconds = time.perf_counter() - started
    print(f"{written:,} spans in {seconds:.1f} s, {written / seconds:,.0f} spans/s")
    database.close()


if __name__ == "__main__":
    main()
