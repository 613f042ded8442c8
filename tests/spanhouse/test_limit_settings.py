from __future__ import annotations

from collector.limits import Limits
from spanhouse.limit_settings import LimitSettings
from spanhouse.options import read_settings


def test_defaults_are_the_collectors_own() -> None:
    assert read_settings(LimitSettings, {}).limits() == Limits()


def test_values_arrive() -> None:
    assert read_settings(LimitSettings, {"max_spans_per_request": 7}).limits().max_spans_per_request == 7
