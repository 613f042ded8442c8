from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from spanhouse.terminal.trace import hops_table, trace_tree


def span(name: str, depth: int, **changed: Any) -> dict[str, Any]:
    return {
        **{"service": "shop", "name": name, "depth": depth, "duration_ms": 12.1, "critical_ms": 0.0},
        **{"status": "unset", "status_message": "", "warnings": []},
        **changed,
    }


def trace(*spans: dict[str, Any]) -> dict[str, Any]:
    return {
        **{"trace_id": "ab" * 16, "duration_ms": 20.0, "span_count": len(spans), "error_count": 1},
        **{"spans": list(spans), "hops": []},
    }


def printed(shown: Any) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=160, color_system=None).print(shown)
    return out.getvalue().splitlines()


def test_spans_hang_under_their_parents() -> None:
    lines = printed(trace_tree(trace(span("a", 0), span("b", 1), span("c", 2), span("d", 1))))
    assert "4 spans, 1 error" in lines[0]
    indents = [line.index("shop") for line in lines[1:]]
    assert indents[0] < indents[1] < indents[2]
    assert indents[3] == indents[1]


def test_several_roots_and_depths_that_jump_do_not_break_it() -> None:
    assert len(printed(trace_tree(trace(span("a", 0), span("b", 5), span("c", 0))))) == 4


def test_errors_critical_path_and_warnings_are_words() -> None:
    failed = span("pay", 0, status="error", status_message="no\nfunds", critical_ms=5.0, warnings=["skewed"])
    line = printed(trace_tree(trace(failed)))[1]
    for wanted in ("error no\\nfunds", "25 % of the critical path", "(skewed)", "12.1 ms"):
        assert wanted in line, wanted


def test_hops_come_worst_first() -> None:
    def hop(callee: str, critical_ms: float) -> dict[str, Any]:
        return {
            **{"caller": "shop", "callee": callee, "client_ms": 1204.0, "server_ms": None, "gap_ms": 0.25},
            **{"critical_ms": critical_ms, "error": False},
        }

    lines = printed(hops_table([hop("near", 1.0), hop("far", 9.0)]))
    assert "far" in lines[1] and "near" in lines[2]
    assert "1.20 s" in lines[1] and "–" in lines[1] and "250 µs" in lines[1]
