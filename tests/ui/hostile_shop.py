"""A shop whose every name, operation and reason is an attack on the page that prints it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from query.model.link import LinkDetail
from query.model.service import OperationList
from query.model.window import Window
from tests.ui.shop import Shop, ShopLinks, ShopServices
from tests.ui.shop_links import SHOP_LINKS, SHOP_NAMESPACES


@dataclass
class HostileLinks(ShopLinks):
    payload: str = ""

    def detail(self, caller: str, callee: str, window: Window) -> LinkDetail | None:
        detail = ShopLinks.detail(self, caller, callee, window)
        if detail is None:
            return None
        operations = [replace(one, operation=self.payload + one.operation) for one in detail.operations]
        return replace(detail, operations=operations)


@dataclass
class HostileServices(ShopServices):
    payload: str = ""

    def operations(self, service: str, window: Window) -> OperationList:
        answer = ShopServices.operations(self, service, window)
        changed = [replace(one, operation=self.payload, kind=self.payload) for one in answer.operations]
        return replace(answer, operations=changed)


@dataclass
class HostileShop(Shop):
    """The shop with `payload` at the end of every service's and namespace's name and in every reason."""

    payload: str = ""

    def __post_init__(self) -> None:
        self.all_links = tuple(
            replace(
                one,
                caller=one.caller + self.payload,
                callee=one.callee + self.payload,
                reasons=[*one.reasons, self.payload],
            )
            for one in SHOP_LINKS
        )
        named = SHOP_NAMESPACES.items()
        self.namespaces = {service + self.payload: namespace + self.payload for service, namespace in named}

    @property
    def links(self) -> HostileLinks:
        return HostileLinks(self, self.payload)

    @property
    def services(self) -> HostileServices:
        return HostileServices(self, self.payload)
