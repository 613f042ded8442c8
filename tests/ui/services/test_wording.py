from __future__ import annotations

from query.model.link import Status
from query.model.service import ServiceFigures, SlaRow
from tests.ui.shop_links import times
from ui.services.wording import (
    availability,
    list_sentence,
    service_state,
    sla_sentence,
    worst_services_first,
)


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


def test_nines_can_be_told_apart() -> None:
    assert [availability(share) for share in (1.0, 0.99999, 0.9995, 0.9903, 0.5, 0.0, None)] == [
        *("100 %", "99.999 %", "99.950 %", "99.03 %", "50.00 %", "0.00 %", "–"),
    ]


def test_what_all_services_delivered_in_a_sentence() -> None:
    def row(name: str, calls: int, errors: int) -> SlaRow:
        return SlaRow(name, calls, errors, 1 - errors / calls, 1.0, 2.0, 1.0, times(40))

    assert sla_sentence([row("a", 100, 0), row("b", 100, 10)], "last hour") == (
        "95.00 % of 200 calls to 2 services were answered; the least by b, 90.00 % (last hour)."
    )
    assert sla_sentence([row("a", 100, 0)], "last hour") == (
        "100 % of 100 calls to 1 service were answered (last hour)."
    )
    assert sla_sentence([], "last hour") == "No service took calls in this window (last hour)."
