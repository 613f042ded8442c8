"""Who works in the shop: every process, the code it runs and whom it calls.

Pure data. `supervisor` starts a process per member; `child` turns a member's name into running code.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """One process of the shop.

    Untraced members stand for systems that nobody instrumented: they are seen only through their callers.
    """

    name: str
    module: str
    calls: tuple[str, ...] = ()
    traced: bool = True
    version: str = "1.0.0"
    namespace: str = "shop"


ROSTER: tuple[Member, ...] = (
    Member("broker", "spanhouse_shop.services.broker", traced=False),
    Member("mailhost", "spanhouse_shop.services.mailhost", traced=False),
    Member("bank", "spanhouse_shop.services.bank", version="3.2.0", namespace="payments"),
    Member("inventory", "spanhouse_shop.services.inventory", version="1.8.1", namespace="fulfilment"),
    Member("catalog", "spanhouse_shop.services.catalog", version="2.0.4"),
    Member(
        "payment", "spanhouse_shop.services.payment", calls=("bank",), version="2.7.0", namespace="payments"
    ),
    Member(
        "mailer",
        "spanhouse_shop.services.mailer",
        calls=("mailhost",),
        version="1.1.3",
        namespace="fulfilment",
    ),
    Member(
        "orders-worker",
        "spanhouse_shop.services.orders_worker",
        calls=("broker", "mailer"),
        version="1.4.0",
        namespace="fulfilment",
    ),
    Member(
        "checkout",
        "spanhouse_shop.services.checkout",
        calls=("inventory", "payment", "broker"),
        version="4.11.2",
    ),
    Member(
        "storefront", "spanhouse_shop.services.storefront", calls=("catalog", "checkout"), version="5.0.1"
    ),
)


def member_named(name: str) -> Member:
    """Find a member.

    Raises:
        KeyError: nobody in the shop has that name.
    """
    return {member.name: member for member in ROSTER}[name]


def uncalled_members() -> set[str]:
    """Names of those whom nobody calls: all work in the shop begins with them."""
    called = {callee for member in ROSTER for callee in member.calls}
    return {member.name for member in ROSTER} - called
