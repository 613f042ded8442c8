"""`spanhouse links`: the slowest links as a table, as JSON, or as an exit code for scripts and CI."""

from __future__ import annotations

from typing import Any, Literal

from rich.table import Table

from spanhouse.terminal.figures import STATUS_STYLES, duration, percent, plain

FailOn = Literal["slow", "failing"]
# What `--fail-on slow` counts as trouble includes what is worse.
_TROUBLE: dict[FailOn, frozenset[str]] = {
    "slow": frozenset({"slow", "failing"}),
    "failing": frozenset({"failing"}),
}


def in_trouble(links: list[dict[str, Any]], fail_on: FailOn) -> list[dict[str, Any]]:
    """The links that make `--fail-on` fail."""
    return [link for link in links if link["status"] in _TROUBLE[fail_on]]


def links_table(links: list[dict[str, Any]]) -> Table:
    """One row per link, in the order of the answer; times are the caller's view, else the callee's."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Caller → callee", no_wrap=True)
    table.add_column("Kind", no_wrap=True)
    for heading in ("Calls", "Errors", "p50", "p95", "p99", "Gap p95"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Status", no_wrap=True)
    table.add_column("Why", overflow="fold")
    for link in links:
        times = link["client_ms"] or link["server_ms"] or {}
        gap = link["gap_ms"] or {}
        style = STATUS_STYLES.get(link["status"], "")
        table.add_row(
            plain(f"{link['caller']} → {link['callee']}", style),
            plain(link["kind"]),
            f"{link['calls']:,}",
            percent(link["error_rate"]),
            duration(times.get("p50")),
            duration(times.get("p95")),
            duration(times.get("p99")),
            duration(gap.get("p95")),
            plain(link["status"], style),
            plain("; ".join(link["reasons"])),
        )
    return table
