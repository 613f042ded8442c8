from __future__ import annotations

import csv
import io

import pytest

from query.model.link import Percentiles
from query.model.service import SlaRow, SlaTable
from query.services.figures import Counted
from query.services.sla import sla_csv, sla_row


def counted(calls: float, errors: float = 0.0, peak_calls: float = 0.0) -> Counted:
    return Counted(0, "cart", "", 0, 9, calls, errors, calls * 2e6, 3_000_000, peak_calls, {})


def test_a_row_says_what_was_delivered() -> None:
    row = sla_row(counted(120.0, errors=6.0, peak_calls=90.0), 60.0)
    assert (row.calls, row.errors) == (120, 6)
    assert row.availability == pytest.approx(0.95)
    assert row.calls_per_second == 2.0
    assert row.mean_ms == 2.0


def test_the_peak_is_never_below_the_mean() -> None:
    assert sla_row(counted(120.0, peak_calls=600.0), 60.0).peak_calls_per_second == 10.0
    assert sla_row(counted(120.0, peak_calls=60.0), 10.0).peak_calls_per_second == 12.0


def test_without_calls_nothing_was_available_or_not() -> None:
    row = sla_row(counted(0.0), 60.0)
    assert (row.availability, row.mean_ms) == (None, None)


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_spreadsheet_runs_nothing(name: str) -> None:
    row = SlaRow(name, 1, 0, 1.0, 0.1, 0.1, 2.0, Percentiles(1.0, 2.0, 3.0, 4.0))
    header, cells = csv.reader(io.StringIO(sla_csv(SlaTable("", "", [row])), newline=""))
    assert cells[0] == "'" + name
    assert dict(zip(header, cells, strict=True))["p99_ms"] == "3.0"


def test_cells_of_a_quiet_service_are_empty() -> None:
    row = SlaRow('a,"b"\n', 0, 0, None, 0.0, 0.0, None, None)
    _, cells = csv.reader(io.StringIO(sla_csv(SlaTable("", "", [row])), newline=""))
    assert cells == ['a,"b"\n', "0", "0", "", "0.0", "0.0", "", "", "", "", ""]
