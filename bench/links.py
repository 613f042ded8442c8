"""What links cost: rolling them up, and asking for them over several windows.

    python -m bench.links --data DIR --spans 1_000_000 --hours 1 --arriving 10_000

Then so many spans arrive every second, and every second somebody asks for the map and waits for the look.
Prints CPU beside wall time: on a shared machine only the former, and ratios, mean something.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from bench import machine
from bench.generate_traces import generate
from query.links.reader import LinkReader
from query.links.rollup import LinkRollUp
from query.links.settings import LinkSettings
from query.links.source import LinkSource
from query.model.window import NS_PER_S, Window
from storage import migrations
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint
from storage.hops import HopSpans
from storage.links import LinkFigureStore
from storage.services import ServiceStore

WINDOWS = {"15 min": 900, "1 h": 3_600, "24 h": 86_400}
REPEATS = 9
ROLL_UP_EVERY_SECONDS = 5


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Median wall and CPU milliseconds of `work`."""
    walls, cpus = [], []
    for _ in range(REPEATS):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append((time.perf_counter() - wall) * 1e3)
        cpus.append((time.process_time() - cpu) * 1e3)
    return statistics.median(walls), statistics.median(cpus)


def latest(seconds: int) -> Window:
    """The window that ends now, at whole seconds as the API reads relative times."""
    now_ns = -(-time.time_ns() // NS_PER_S) * NS_PER_S
    return Window(now_ns - seconds * NS_PER_S, now_ns)


def run(database: Database, *, spans: int, hours: float) -> None:
    """Fills the store, rolls up, asks; prints one line for each."""
    generate(database, spans=spans, hours=hours, end_ns=time.time_ns())
    settings = LinkSettings()
    source = LinkSource(HopSpans(database), LinkFigureStore(database), settings)
    time.sleep(settings.late_seconds + 7)
    wall, cpu = time.perf_counter(), time.process_time()
    LinkRollUp(source, ServiceStore(database)).advance()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"roll-up of {spans:,} spans: {wall:.1f} s, {cpu / spans * 1e6:.2f} us of CPU per span")
    reader = LinkReader(source, settings)
    for name, seconds in WINDOWS.items():
        for question, work in (
            ("list", lambda: reader.list(latest(seconds))),  # noqa: B023  # asked before the loop goes on
            ("map", lambda: reader.service_map(latest(seconds))),  # noqa: B023
        ):
            wall_ms, cpu_ms = measured(work)
            print(f"{question} over {name}: {wall_ms:.0f} ms, {cpu_ms:.0f} ms of CPU")


def while_arriving(database: Database, *, spans_per_second: int, seconds: int) -> None:
    """Every second a map of 15 minutes with a look at what arrived, every fifth a round of the roll-up."""
    settings = LinkSettings(remembered_seconds=0.0)
    source = LinkSource(HopSpans(database), LinkFigureStore(database), settings)
    reader, roll_up = LinkReader(source, settings), LinkRollUp(source, ServiceStore(database))
    walls, cpus, rolled_up = [], [], 0.0
    for second in range(seconds):
        began = time.monotonic()
        generate(database, spans=spans_per_second, hours=1 / 3_600, end_ns=time.time_ns())
        if second % ROLL_UP_EVERY_SECONDS == 0:
            cpu = time.process_time()
            roll_up.advance()
            rolled_up += time.process_time() - cpu
        wall, cpu = time.perf_counter(), time.process_time()
        reader.service_map(latest(900))
        walls.append((time.perf_counter() - wall) * 1e3)
        cpus.append((time.process_time() - cpu) * 1e3)
        time.sleep(max(0.0, 1.0 - (time.monotonic() - began)))
    # Not the first: all of their store was still to be rolled up.
    wall_ms, cpu_ms = (statistics.median(times[seconds // 2 :]) for times in (walls, cpus))
    print(
        f"while {spans_per_second:,} spans/s arrive: map over 15 min with a look {wall_ms:.0f} ms, "
        f"{cpu_ms:.0f} ms of CPU; roll-up {rolled_up / (spans_per_second * seconds) * 1e6:.1f} us of CPU per "
        f"span; load {machine.load()}"
    )


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="an empty directory for the embedded engine")
    parser.add_argument("--spans", type=int, default=1_000_000)
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--arriving", type=int, default=10_000, help="spans per second")
    parser.add_argument("--seconds", type=int, default=40, help="for how long they arrive")
    options = parser.parse_args()
    database = Database(EmbeddedEndpoint(options.data))
    migrations.apply(database, migrations.SchemaOptions())
    run(database, spans=options.spans, hours=options.hours)
    while_arriving(database, spans_per_second=options.arriving, seconds=options.seconds)
    database.close()


if __name__ == "__main__":
    main()
