"""The command line: reads settings, hands them to the composition root or to a terminal view.

The engine, gRPC and the pages are imported by the commands that run them: `links` answers at once.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import secrets
import sys
import urllib.parse
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

import typer
from rich.console import Console

from spanhouse.options import takes_settings
from spanhouse.settings import (
    CollectorSettings,
    DemoSettings,
    MigrateSettings,
    QuerySettings,
    ServeSettings,
)
from spanhouse.terminal.api import ApiError, ask
from spanhouse.terminal.links import FailOn, in_trouble, links_table
from spanhouse.terminal.trace import hops_table, trace_tree

app = typer.Typer(
    name="spanhouse",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

S = TypeVar("S")
Sort = Literal["p95", "p50", "p99", "max", "error_rate", "calls", "gap_p95", "impact"]
Url = Annotated[str, typer.Option("--url", envvar="SPANHOUSE_URL", help="Address of the pages and the API.")]
Key = Annotated[
    str | None, typer.Option("--key", envvar="SPANHOUSE_KEY", help="API key, when the server asks for one.")
]
Json = Annotated[bool, typer.Option("--json", envvar="SPANHOUSE_JSON", help="Print the API's JSON instead.")]
DEFAULT_URL = "http://127.0.0.1:16686"
PIPE_WIDTH = 240
EXIT_TROUBLE = 1
EXIT_NO_ANSWER = 2


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"spanhouse {importlib.metadata.version('spanhouse')}")
        raise typer.Exit


@app.callback()
def spanhouse(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Distributed tracing on ClickHouse: the service map that paints slow links red and says why."""


@app.command()
@takes_settings(ServeSettings)
def serve(settings: ServeSettings) -> None:
    """Collector, API and pages in one process, with ClickHouse inside or at --clickhouse."""
    from spanhouse import server

    _run(server.serve, settings)


@app.command()
@takes_settings(CollectorSettings)
def collector(settings: CollectorSettings) -> None:
    """Only take spans in, into a ClickHouse server. Run as many as you need."""
    from spanhouse import collecting

    _run(collecting.collect, settings)


@app.command()
@takes_settings(QuerySettings)
def query(settings: QuerySettings) -> None:
    """Only answer: the API and the pages, from a ClickHouse server. Run as many as you need."""
    from spanhouse import server

    _run(server.answer, settings)


@app.command()
@takes_settings(MigrateSettings)
def migrate(settings: MigrateSettings) -> None:
    """Bring the store to this version's schema, or print what that would run."""
    from spanhouse import server

    _run(server.migrate, settings)


@app.command()
@takes_settings(DemoSettings)
def demo(settings: DemoSettings) -> None:
    """Start everything with a shop of real services; one link turns slow, another starts failing."""
    from spanhouse import demo as shop_demo

    _run(shop_demo.run, settings)


@app.command()
def key() -> None:
    """Make a random key and print it with the hash that --ingest-keys and --api-keys take."""
    from collector.keys import hash_key

    made = secrets.token_urlsafe(32)
    typer.echo(f"key:  {made}\nhash: {hash_key(made)}")


@app.command()
def links(
    url: Url = DEFAULT_URL,
    sort: Annotated[
        Sort, typer.Option("--sort", envvar="SPANHOUSE_SORT", help="What the first rows have most of.")
    ] = "p95",
    start: Annotated[
        str, typer.Option("--start", envvar="SPANHOUSE_START", help="RFC 3339, Unix seconds or relative.")
    ] = "-15m",
    end: Annotated[
        str | None, typer.Option("--end", envvar="SPANHOUSE_END", help="The same; now when not given.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", envvar="SPANHOUSE_LIMIT", min=1, help="Most rows to print.")
    ] = 20,
    fail_on: Annotated[
        FailOn | None,
        typer.Option(
            "--fail-on",
            envvar="SPANHOUSE_FAIL_ON",
            help="Exit with 1 when a link has this status or worse (for scripts and CI).",
        ),
    ] = None,
    as_json: Json = False,
    key: Key = None,
) -> None:
    """The slowest links of a running Spanhouse, worst first."""
    window: dict[str, str | int | None] = {"start": start, "end": end, "sort": sort, "limit": limit}
    answer = _answer(url, "/api/v1/links", window, key)
    if as_json:
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    elif answer["links"]:
        _console().print(links_table(answer["links"]))
    else:
        _console().print("No calls in this window.")
    if fail_on is None:
        return
    # The rows above are the first by `sort`; trouble may be further down.
    troubled = [
        link
        for status in ("slow", "failing")
        for link in _answer(url, "/api/v1/links", {**window, "status": status}, key)["links"]
    ]
    if in_trouble(troubled, fail_on):
        raise typer.Exit(EXIT_TROUBLE)


@app.command()
def trace(
    trace_id: Annotated[str, typer.Argument(help="32 hexadecimal digits.")],
    url: Url = DEFAULT_URL,
    as_json: Json = False,
    key: Key = None,
) -> None:
    """One request as a tree of spans, and the hops that took its time."""
    answer = _answer(url, f"/api/v1/traces/{urllib.parse.quote(trace_id, safe='')}", {}, key)
    if as_json:
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
        return
    console = _console()
    console.print(trace_tree(answer))
    if answer["hops"]:
        console.print()
        console.print(hops_table(answer["hops"]))


def _run(command: Callable[[S], None], settings: S) -> None:
    """Runs a long-lived command; what the user can mend is one line, not a traceback."""
    from spanhouse.data_directory import DirectoryInUse
    from spanhouse.listening import CannotListen
    from spanhouse.setting_group import SettingError
    from storage.errors import StorageError

    try:
        command(settings)
    except (CannotListen, DirectoryInUse, SettingError, StorageError) as error:
        typer.echo(f"spanhouse: {error}", err=True)
        raise typer.Exit(EXIT_TROUBLE) from None


def main() -> None:
    """What the `spanhouse` command runs."""
    app()


def _console() -> Console:
    """The terminal; what goes into a pipe is not folded to the width of one."""
    return Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH)


def _answer(url: str, path: str, parameters: dict[str, str | int | None], key: str | None) -> Any:
    try:
        return ask(url, path, parameters, key=key)
    except ApiError as error:
        typer.echo(f"spanhouse: {error}", err=True)
        raise typer.Exit(EXIT_NO_ANSWER) from None
