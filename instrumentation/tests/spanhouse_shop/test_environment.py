from __future__ import annotations

from spanhouse_shop.environment import child_environment
from spanhouse_shop.roster import member_named

INHERITED = {
    "PATH": "/bin",
    "OTEL_SDK_DISABLED": "true",
    "OTEL_TRACES_SAMPLER": "always_off",
    "OTEL_EXPORTER_OTLP_HEADERS": "authorization=abc",
    "HTTP_PROXY": "http://proxy.example:3128",
    "https_proxy": "http://proxy.example:3128",
}


def test_the_shell_cannot_change_what_the_demo_shows() -> None:
    environment = child_environment(INHERITED, member_named("bank"), "http://127.0.0.1:1", "r1")
    assert environment["PATH"] == "/bin"
    assert "OTEL_SDK_DISABLED" not in environment
    assert "OTEL_TRACES_SAMPLER" not in environment


def test_no_request_goes_through_a_proxy() -> None:
    environment = child_environment(INHERITED, member_named("mailer"), "http://127.0.0.1:1", "r1")
    assert not [name for name in environment if name.lower().endswith("_proxy")]


def test_a_traced_member_knows_who_it_is_and_where_its_spans_go() -> None:
    environment = child_environment(INHERITED, member_named("bank"), "http://127.0.0.1:4318", "r1")
    assert environment["OTEL_SERVICE_NAME"] == "bank"
    assert environment["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4318"
    assert environment["OTEL_EXPORTER_OTLP_HEADERS"] == "authorization=abc"
    assert dict(pair.split("=") for pair in environment["OTEL_RESOURCE_ATTRIBUTES"].split(",")) == {
        "service.namespace": "payments",
        "service.version": "3.2.0",
        "service.instance.id": "bank-r1",
        "deployment.environment.name": "demo",
    }


def test_an_untraced_member_is_told_nothing_of_telemetry() -> None:
    environment = child_environment({"PATH": "/bin"}, member_named("mailhost"), "http://127.0.0.1:4318", "r1")
    assert environment == {"PATH": "/bin"}
