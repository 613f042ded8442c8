"""`spanhouse trace ID`: one request as a tree, and the hops that took its time."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from spanhouse.terminal.figures import duration, percent, plain


def trace_tree(trace: dict[str, Any]) -> Tree:
    """The spans of a trace under each other: service, name, duration, share of the critical path."""
    root = Tree(_heading(trace))
    # Spans come in tree order: the last branch seen one level up is the parent.
    branches: list[Tree] = [root]
    for span in trace["spans"]:
        depth = min(span["depth"], len(branches) - 1)
        del branches[depth + 1 :]
        branches.append(branches[depth].add(_span_line(span, trace["duration_ms"])))
    return root


def hops_table(hops: list[dict[str, Any]]) -> Table:
    """The calls between services, the one with the largest share of the critical path first."""
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    table.add_column("Hop")
    for heading in ("Client", "Server", "Gap", "Critical"):
        table.add_column(heading, justify="right", no_wrap=True)
    for hop in sorted(hops, key=lambda hop: -float(hop["critical_ms"])):
        table.add_row(
            plain(f"{hop['caller']} → {hop['callee']}", "red" if hop["error"] else ""),
            duration(hop["client_ms"]),
            duration(hop["server_ms"]),
            duration(hop["gap_ms"]),
            duration(hop["critical_ms"]),
        )
    return table


def _heading(trace: dict[str, Any]) -> Text:
    spans, errors = trace["span_count"], trace["error_count"]
    counted = f"{spans} span{'' if spans == 1 else 's'}, {errors} error{'' if errors == 1 else 's'}"
    return plain(f"{trace['trace_id']}  {duration(trace['duration_ms'])}  {counted}", "bold")


def _span_line(span: dict[str, Any], trace_ms: float) -> Text:
    line = Text.assemble(
        plain(f"{span['service']} ", "cyan"),
        plain(f"{span['name']} "),
        plain(duration(span["duration_ms"]), "bold"),
    )
    if span["critical_ms"] and trace_ms:
        line.append(f"  {percent(span['critical_ms'] / trace_ms)} of the critical path", "dim")
    if span["status"] == "error":
        line.append_text(plain(f"  error {span['status_message']}".rstrip(), "red"))
    for warning in span["warnings"]:
        line.append_text(plain(f"  ({warning})", "yellow"))
    return line
