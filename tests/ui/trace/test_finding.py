from __future__ import annotations

from tests.ui.trace.shop import shop_trace, span_id
from ui.trace.finding import find_spans

SPANS = shop_trace().spans


def found(query: str) -> set[str]:
    return {SPANS[index].span_id for index in find_spans(SPANS, query)}


def test_every_word_must_be_somewhere_in_the_span() -> None:
    assert found("BANK authorize") == {span_id("bnk")}
    assert found("bank nowhere") == set()
    assert found("  ") == set()


def test_attributes_events_resources_and_ids_are_searched() -> None:
    assert found("status_code=402") == {span_id("bnk")}
    assert found("CardDeclined") == {span_id("bnk")}
    assert found("service.name=email") == {span_id("eml")}
    assert found(span_id("lost")) == {span_id("lost")}
    assert found("brand visa") == {span_id("w1"), span_id("c2"), span_id("pay")}


def test_error_finds_failed_spans() -> None:
    assert {span_id("p1"), span_id("bnk")} <= found("error")
    assert span_id("q0") not in found("error")
