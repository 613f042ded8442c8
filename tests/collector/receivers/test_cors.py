from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.collector.builders import trace_request
from tests.collector.running import Running

PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}


@pytest.mark.parametrize(
    ("allowed", "origin", "expected"),
    [
        ((), "https://shop.example", None),
        (("https://shop.example/",), "https://shop.example", "https://shop.example"),
        (("https://shop.example",), "https://shop.example.evil", None),
        (("https://shop.example",), "http://shop.example", None),
        (("*",), "https://any.example", "*"),
    ],
)
def test_only_allowed_origins_may_send(
    start: Callable[..., Running], allowed: tuple[str, ...], origin: str, expected: str | None
) -> None:
    running = start(allowed_origins=allowed)
    answer = running.send(trace_request(), headers={"Origin": origin})
    assert answer.headers.get("access-control-allow-origin") == expected
    answer = running.send(b"", method="OPTIONS", headers={"Origin": origin} | PREFLIGHT)
    assert answer.headers.get("access-control-allow-origin") == expected
    assert answer.status == (405 if expected is None else 204)
    if expected is not None:
        assert "content-type" in answer.headers["access-control-allow-headers"]
        assert answer.headers["access-control-allow-methods"] == "POST"


def test_failures_can_be_read_by_the_page_too(start: Callable[..., Running]) -> None:
    running = start(allowed_origins=("*",))
    answer = running.send(b"garbage", headers={"Origin": "https://shop.example"})
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (400, "*")
