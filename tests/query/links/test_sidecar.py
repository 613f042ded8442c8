from __future__ import annotations

import pytest

from query.links.sidecar import serves, sidecar_process, tagged_by_sidecar


@pytest.mark.parametrize(
    "attributes",
    [{"component": "proxy"}, {"upstream_cluster": "outbound|80||cart"}, {"istio.canonical_service": "cart"}],
)
def test_proxies_tag_their_spans(attributes: dict[str, object]) -> None:
    assert tagged_by_sidecar(attributes)


def test_an_ordinary_span_is_no_proxys() -> None:
    assert not tagged_by_sidecar({"component": "http", "upstream_cluster": ""})
    assert not sidecar_process({"telemetry.sdk.name": "opentelemetry"}, "app.envoy")


def test_a_process_says_that_it_is_a_proxy() -> None:
    assert sidecar_process({"telemetry.sdk.name": "envoy"}, "")
    assert sidecar_process({}, "Envoy.tracers")


def test_a_proxy_reports_its_services_name_perhaps_with_its_namespace() -> None:
    assert serves("cart", "cart")
    assert serves("cart.shop", "cart")
    assert not serves("cart-v2", "cart")
    assert not serves("cart", "cart.shop")
