from __future__ import annotations

from query.model.link import Status
from query.model.service import ServiceFigures
from tests.ui.shop_links import times
from ui.services.wording import list_sentence, service_state, worst_services_first


def figures(name: str, status: Status = "ok", calls: int = 900) -> ServiceFigures:
    return ServiceFigures(name, calls, calls / 900, 9, 0.01, times(40) if calls else None, status, 5_000)


def test_all_services_in_a_sentence() -> None:
    calm = [figures("a"), figures("b")]
    assert list_sentence(calm, "last hour") == "All 2 services look normal (last hour, 1,800 calls)."
    assert list_sentence(calm[:1], "last hour") == "The only service looks normal (last hour, 900 calls)."
    assert list_sentence([], "last hour") == "No service sent spans in this window (last hour)."
    troubled = [*calm, figures("pay", "slow"), figures("ship", "failing")]
    assert list_sentence(troubled, "last hour") == (
        "2 of 4 services in trouble: ship is failing, pay is slow (last hour)."
    )


def test_one_service_in_a_sentence() -> None:
    assert service_state(figures("pay", "slow")) == "is slow: 900 calls (1/s), 1 % errors, p95 40.0 ms."
    assert service_state(figures("cron", "quiet", calls=0)) == "took no calls itself; it sent 5,000 spans."


def test_trouble_comes_first_then_the_busiest() -> None:
    services = [figures("a", calls=5), figures("b", calls=50), figures("c", "slow"), figures("d", "failing")]
    assert [one.service for one in worst_services_first(services)] == ["d", "c", "b", "a"]
