from __future__ import annotations

import pytest
from spanhouse_distro.defaults import environment_defaults


def test_traces_go_to_the_local_http_port_and_nothing_else_is_sent() -> None:
    assert environment_defaults({}) == {
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
        "OTEL_SEMCONV_STABILITY_OPT_IN": "http,database",
        "OTEL_BSP_SCHEDULE_DELAY": "1000",
    }


@pytest.mark.parametrize(
    ("environment", "port"),
    [
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, 4317),
        ({"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc"}, 4317),
        # The signal's own variable wins over the general one, as in the SDK.
        (
            {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf"},
            4318,
        ),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"}, 4318),
    ],
)
def test_the_endpoint_follows_a_chosen_protocol(environment: dict[str, str], port: int) -> None:
    endpoint = environment_defaults(environment)["OTEL_EXPORTER_OTLP_ENDPOINT"]
    assert endpoint == f"http://127.0.0.1:{port}"
