"""What explaining a link costs: heatmap, a selection against the rest, processes, callers, critical paths.

    python -m bench.causes --data DIR --spans 4_200_000 --hours 1

Prints CPU beside wall time: on a shared machine only the former, and ratios, mean something.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.generate_traces import generate
from bench.links import latest, measured
from query.causes.reader import CauseReader
from query.causes.selection import Selection
from query.links.reader import LinkReader
from query.links.rollup import LinkRollUp
from query.links.settings import LinkSettings
from query.links.source import LinkSource
from storage import migrations
from storage.calls import CallStore
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint
from storage.hops import HopSpans
from storage.links import LinkFigureStore
from storage.services import ServiceStore

WINDOWS = {"15 min": 900, "1 h": 3_600}


def run(database: Database, *, spans: int, hours: float) -> None:
    """Fills the store where it is empty, rolls up, asks; prints one line for each question."""
    if not database.rows("has_any_span"):
        generate(database, spans=spans, hours=hours, end_ns=time.time_ns())
    settings = LinkSettings()
    source = LinkSource(HopSpans(database), LinkFigureStore(database), settings)
    time.sleep(settings.late_seconds + 7)
    LinkRollUp(source, ServiceStore(database)).advance()
    causes = CauseReader(source, CallStore(database))
    (busiest, *_) = LinkReader(source, settings).list(latest(900), sort="calls").links
    for name, seconds in WINDOWS.items():
        window = latest(seconds)
        link = (busiest.caller, busiest.callee, window)
        questions: dict[str, Callable[[], object]] = {
            "heatmap": partial(causes.heatmap, *link),
            "selection": partial(causes.selection, *link, Selection("slow")),
            "processes": partial(causes.processes, *link),
            "callers": partial(causes.callers, *link),
            "critical paths": partial(causes.critical_paths, window),
        }
        for question, ask in questions.items():
            wall, cpu = measured(ask)
            print(f"{name:>6}  {question:<15} {wall:8.0f} ms  {cpu:8.0f} ms of CPU")


def main() -> None:
    """Reads the options and runs."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True, help="a directory of its own")
    options.add_argument("--spans", type=int, default=4_200_000)
    options.add_argument("--hours", type=float, default=1.0)
    given = options.parse_args()
    database = Database(EmbeddedEndpoint(given.data))
    migrations.apply(database, migrations.SchemaOptions())
    run(database, spans=given.spans, hours=given.hours)
    database.close()


if __name__ == "__main__":
    main()
