from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.links.settings import LinkSettings, Objective
from spanhouse.link_settings import LinkStatusSettings, parse_objectives
from spanhouse.options import read_settings
from spanhouse.setting_group import SettingError

NAMES = st.text(st.characters(categories=("L", "N"), include_characters="-_."), min_size=1, max_size=20)


def test_defaults_are_the_query_sides_own() -> None:
    assert read_settings(LinkStatusSettings, {}).link_settings() == LinkSettings()


def test_values_arrive() -> None:
    settings = read_settings(
        LinkStatusSettings, {"slow_ratio": 3.0, "objectives": "*>bank:p95_ms=100"}
    ).link_settings()
    assert settings.slow_ratio == 3.0
    assert settings.objective("payment", "bank") == Objective(p95_ms=100.0)


@given(st.dictionaries(st.tuples(NAMES, NAMES), st.tuples(st.floats(1, 1e6), st.floats(0, 0.99)), max_size=4))
def test_what_is_written_is_read(objectives: dict[tuple[str, str], tuple[float, float]]) -> None:
    text = "; ".join(
        f"{caller}>{callee}:p95_ms={p95_ms:.3f}, error_rate={error_rate:.3f}"
        for (caller, callee), (p95_ms, error_rate) in objectives.items()
    )
    assert parse_objectives(text) == {
        pair: Objective(float(f"{p95_ms:.3f}"), float(f"{error_rate:.3f}"))
        for pair, (p95_ms, error_rate) in objectives.items()
    }


@pytest.mark.parametrize("text", ["bank", "a>b", "a>b:p95=1", "a>b:p95_ms=x", "a>b:error_rate=1.5", "a>b:"])
def test_what_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(SettingError, match="--objectives"):
        parse_objectives(text)
