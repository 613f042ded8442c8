"""What pages cost: the server's time and CPU, and what Chromium makes of them, on a real `spanhouse serve`.

    python -m bench.page --data DIR

Fills DIR when it is empty: an hour of a million spans of 30 services and 250 links, and large traces. First
pages after a start are asked a rest after `ready`, each of a server of its own. Later ones take turns;
windows move on by a second, so that no answer is asked for twice.
Milliseconds in Chromium count from the click.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from rich.console import Console
from rich.table import Table

from bench import machine
from bench.asking import Asker
from bench.browser import Opened, chromium
from bench.generate_traces import generate
from bench.scale import ENGINE, roll_up
from bench.scale_questions import Facts, facts_of
from bench.server import RunningServer, running
from query.model.window import NS_PER_S
from storage import migrations
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint

LARGE = (10_000, 100_000)
WIDE_ID, WIDE_SPANS = f"feed{5:028x}", 5_000
QUARTER_HOUR_SECONDS = 900
WATERFALL = "#waterfall[data-ready]"


@dataclass(slots=True)
class Page:
    """One page and what was measured of it."""

    name: str
    path: Callable[[Facts, int], str]
    mark: str = ""
    server_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    opened: list[Opened] = field(default_factory=list)
    size_bytes: int = 0


def pages() -> list[Page]:
    """All that are measured."""
    return [
        Page("map", lambda facts, number: f"/?{_window(facts, number)}"),
        Page(
            "link",
            lambda facts, number: (
                f"/links/{_quoted(facts.caller)}/{_quoted(facts.callee)}?{_window(facts, number)}"
            ),
        ),
        Page("trace, 20 spans", lambda facts, number: f"/trace/{facts.trace_ids[number]}", WATERFALL),
        *(_large_page(spans) for spans in LARGE),
        Page(f"trace, {WIDE_SPANS:,} siblings", lambda *_: f"/trace/{WIDE_ID}", WATERFALL),
    ]


def main() -> None:
    """Reads the command line and runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="data directory, kept")
    parser.add_argument("--spans", type=int, default=1_000_000)
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--starts", type=int, default=3, help="of a server for each first page")
    parser.add_argument("--rest", type=float, default=3.0, help="seconds from ready to the first page")
    parser.add_argument("--only", default="", help="only pages whose name contains this")
    options = parser.parse_args()
    console = Console(width=140)
    console.print(f"machine: {machine.description()}, load {machine.load()}")
    facts = _prepare(options, console)
    asked = [page for page in pages() if options.only in page.name]
    for page in asked[:: max(1, len(asked) - 1)] if options.starts else ():
        _first(page, facts, options, console)
    with running(data=options.data) as server, chromium() as browser:
        for number in range(options.rounds + 1):
            for page in asked:
                _ask(page, facts, number, server)
                url = server.ui_url + page.path(facts, options.rounds + 1 + number)
                page.opened.append(browser.open(url, page.mark))
    console.print(_table(asked))
    console.print(f"medians of {options.rounds} rounds after the first; load {machine.load()}")


def _first(page: Page, facts: Facts, options: argparse.Namespace, console: Console) -> None:
    """The first page that a server is asked for, and the second of its kind."""
    first, second = [], []
    for number in range(options.starts):
        with running(data=options.data) as server:
            time.sleep(options.rest)
            asker = Asker(server.ui_url)
            first.append(asker.milliseconds(page.path(facts, number)))
            second.append(asker.milliseconds(page.path(facts, number + options.starts)))
    figures = " / ".join(f"{statistics.median(times):,.0f} ms" for times in (first, second))
    console.print(
        f"{page.name}: first page / the next after a start, {options.rest:g} s after ready: {figures}"
    )


def _ask(page: Page, facts: Facts, number: int, server: RunningServer) -> None:
    cpu = machine.cpu_seconds(server.pid)
    asker = Asker(server.ui_url)
    page.server_ms.append(asker.milliseconds(page.path(facts, number)))
    page.cpu_ms.append((machine.cpu_seconds(server.pid) - cpu) * 1e3)
    page.size_bytes = asker.size_bytes


def _table(asked: list[Page]) -> Table:
    table = Table(
        "page", "server ms", "slowest", "CPU ms", "kB", *("answered", "painted", "usable"), "shift", "task ms"
    )
    for page in asked:
        # The first of each is not counted.
        opened = page.opened[1:]
        figures = [[one.answered_ms, one.painted_ms, one.ready_ms] for one in opened]
        table.add_row(
            page.name,
            f"{statistics.median(page.server_ms[1:]):,.0f}",
            f"{max(page.server_ms[1:]):,.0f}",
            f"{statistics.median(page.cpu_ms[1:]):,.0f}",
            f"{page.size_bytes / 1e3:,.0f}",
            *(f"{statistics.median(column):,.0f}" for column in zip(*figures, strict=True)),
            f"{max(one.shift for one in opened):.3f}",
            f"{statistics.median(one.longest_task_ms for one in opened):,.0f}",
        )
    return table


def _prepare(options: argparse.Namespace, console: Console) -> Facts:
    """Fills the store and rolls up; after that the server needs it for itself."""
    database = Database(EmbeddedEndpoint(options.data / ENGINE))
    migrations.apply(database, migrations.SchemaOptions())
    if not database.rows("has_any_span"):
        generate(database, spans=options.spans, hours=options.hours, end_ns=time.time_ns())
    known = str(
        database.execute("SELECT groupUniqArray(TraceId) FROM otel_traces WHERE TraceId LIKE 'feed%'")
    )
    for spans in LARGE:
        if _large_id(spans) not in known:
            _write(database, "one_trace.sql", {"trace_id": _large_id(spans), "spans": spans})
    if WIDE_ID not in known:
        start_ns = time.time_ns() - 3_000 * NS_PER_S
        _write(database, "wide_trace.sql", {"trace_id": WIDE_ID, "spans": WIDE_SPANS, "start_ns": start_ns})
    roll_up(database, console)
    facts = facts_of(database)
    database.close()
    gc.collect()
    return facts


def _write(database: Database, name: str, parameters: dict[str, str | int]) -> None:
    database.execute(Path(__file__).with_name(name).read_text(encoding="utf-8"), parameters)


def _quoted(name: str) -> str:
    return quote(name, safe="")


def _large_page(spans: int) -> Page:
    return Page(f"trace, {spans:,} spans", lambda *_: f"/trace/{_large_id(spans)}", WATERFALL)


def _large_id(spans: int) -> str:
    return f"feed{spans:028x}"


def _window(facts: Facts, number: int) -> str:
    """A quarter of an hour; each ends a second before the one before."""
    end_second = facts.last_second + 1 - number
    return urlencode({"start": end_second - QUARTER_HOUR_SECONDS, "end": end_second})


if __name__ == "__main__":
    main()
