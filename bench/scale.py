"""What questions cost on a large store, asked of a real `spanhouse serve` over HTTP, beside the engine alone.

    python -m bench.scale --data DIR --spans 100_000_000 --hours 24

Fills DIR when it is empty (half an hour for 100 million spans), rolls up what is not rolled up yet, and asks.
"Engine alone" runs the queries of a first question again, in the same process as the engine, answers thrown
away. "CPU" is the server's, of all threads, in steps of 10 ms. Windows move on by a second from round to
round, so that no answer is asked for twice.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import machine
from bench.asking import Asker
from bench.engine_alone import RecordingDatabase, alone_ms
from bench.generate_traces import generate
from bench.scale_questions import Facts, Question, facts_of, questions
from bench.server import running
from query.links.rollup import LinkRollUp
from query.links.settings import LinkSettings
from query.links.source import LinkSource
from spanhouse.questions import query_service
from storage import migrations
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint
from storage.hops import HopSpans
from storage.links import LinkFigureStore
from storage.services import ServiceStore

# Where `spanhouse serve` keeps the engine's files in its data directory.
ENGINE = "clickhouse"


def main() -> None:
    """Reads the command line and runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="data directory, kept")
    parser.add_argument("--spans", type=int, default=100_000_000)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="ask only questions whose name contains this")
    options = parser.parse_args()
    console = Console(width=140)
    console.print(f"machine: {machine.description()}")
    facts, asked, alone = _prepare(options, console)
    table = Table(
        *("question", "target", "first ms", "median ms", "slowest ms", "CPU ms", "engine alone ms", "ratio")
    )
    with running(data=options.data) as server:
        asker = Asker(server.ui_url)
        asker.milliseconds("/api/v1/services")  # connections, imports
        for question in asked:
            times, cpu_ms = [], []
            for number in range(options.rounds + 1):
                cpu = machine.cpu_seconds(server.pid)
                times.append(asker.milliseconds(question.path(facts, number), expected=question.status))
                cpu_ms.append((machine.cpu_seconds(server.pid) - cpu) * 1e3)
            _add(table, question, times, statistics.median(cpu_ms[1:]), alone[question.name])
        console.print(f"memory of the server at most: {machine.peak_memory_mib(server.pid):,.0f} MiB")
    console.print(table)
    console.print(f"median of {options.rounds} rounds after the first; load {machine.load()}")


def _prepare(options: argparse.Namespace, console: Console) -> tuple[Facts, list[Question], dict[str, float]]:
    """Fills the store, rolls up, asks the engine alone; after that the server needs it for itself."""
    database = RecordingDatabase(EmbeddedEndpoint(options.data / ENGINE))
    migrations.apply(database, migrations.SchemaOptions())
    if not database.rows("has_any_span"):
        started = time.perf_counter()
        spans = generate(database, spans=options.spans, hours=options.hours, end_ns=time.time_ns())
        took = time.perf_counter() - started
        console.print(f"generated {spans:,} spans in {took:,.0f} s, {spans / took:,.0f} spans/s")
    roll_up(database, console)
    facts = facts_of(database)
    console.print(f"{facts.spans:,} spans, {facts.bytes_per_span:.1f} bytes each on disk, all tables")
    asked = [question for question in questions() if options.only in question.name]
    alone = {}
    for question in asked:
        database.recorded.clear()
        question.ask(query_service(database, LinkSettings()), facts)
        alone[question.name] = alone_ms(database)
    database.close()
    gc.collect()
    return facts, asked, alone


def roll_up(database: Database, console: Console) -> None:
    """Does what the server would do in the background, and says what it cost."""
    store = LinkFigureStore(database)
    links = LinkRollUp(
        LinkSource(HopSpans(database), store, LinkSettings()), ServiceStore(database), pause_seconds=0
    )
    waiting = store.arrived(store.clock().rolled_up_to)
    time.sleep(LinkSettings().late_seconds + 7)
    started, cpu = time.perf_counter(), time.process_time()
    links.advance()
    took, cpu = time.perf_counter() - started, time.process_time() - cpu
    if waiting:
        console.print(
            f"rolled up {waiting:,} spans in {took:,.0f} s, {cpu / waiting * 1e6:.1f} us of CPU each"
        )


def _add(table: Table, question: Question, times: list[float], cpu_ms: float, alone: float) -> None:
    first, *later = times
    median = statistics.median(later)
    target = f"{question.target_ms:,.0f}" if question.target_ms else ""
    missed = " !" if question.target_ms and median > question.target_ms else ""
    table.add_row(
        question.name,
        target,
        f"{first:,.0f}",
        f"{median:,.1f}{missed}",
        f"{max(later):,.0f}",
        f"{cpu_ms:,.0f}",
        f"{alone:,.1f}",
        f"{median / alone:.2f}" if alone else "",
    )


if __name__ == "__main__":
    main()
