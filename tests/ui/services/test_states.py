from __future__ import annotations

from tests.ui.services.test_wording import figures
from tests.ui.shop_links import link
from ui.services.states import as_called, troubled


def test_a_service_is_as_red_as_the_worst_link_that_leads_to_it() -> None:
    links = [
        link("web", "pay", status="slow"),
        link("cron", "pay", status="failing"),
        link("web", "stock", status="slow"),
        link("pay", "web", status="ok"),
        link("self", "self", status="slow"),
    ]
    services = [figures("pay"), figures("stock"), figures("web"), figures("self"), figures("cron", "failing")]
    states = {one.service: one.status for one in as_called(services, links)}
    assert states == {"pay": "failing", "stock": "slow", "web": "ok", "self": "ok", "cron": "failing"}


def test_only_red_links_are_in_trouble_the_worst_first() -> None:
    links = [link("a", "b", status="slow"), link("a", "c"), link("a", "d", status="failing", errors=9)]
    assert [one.callee for one in troubled(links)] == ["d", "b"]
