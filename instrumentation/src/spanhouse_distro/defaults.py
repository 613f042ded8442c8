"""Which OpenTelemetry environment variables the distro fills in, and with what.

Owns the values only; it reads and writes no environment. `distro` applies them.
"""

from __future__ import annotations

from collections.abc import Mapping

HTTP_ENDPOINT = "http://127.0.0.1:4318"
GRPC_ENDPOINT = "http://127.0.0.1:4317"

_FIXED = {
    "OTEL_TRACES_EXPORTER": "otlp",
    # Spanhouse stores traces: without these two the SDK would send metrics and logs to be thrown away.
    "OTEL_METRICS_EXPORTER": "none",
    "OTEL_LOGS_EXPORTER": "none",
    # HTTP, so that an application does not have to load grpcio in order to be traced.
    "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
    # Without it the contrib packages still write the attribute names of before 2023.
    "OTEL_SEMCONV_STABILITY_OPT_IN": "http,database",
    # The SDK waits 5 s. One second means that a first trace is seen while one still looks for it.
    "OTEL_BSP_SCHEDULE_DELAY": "1000",
}


def environment_defaults(environment: Mapping[str, str]) -> dict[str, str]:
    """Give a value to each variable the distro has an opinion on.

    Args:
        environment: what is set already. The caller keeps those values; they are read here because a
            chosen gRPC protocol needs the gRPC port as its endpoint.

    Returns:
        Variable name to value, for all variables, whether set already or not.
    """
    protocol = environment.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or environment.get(
        "OTEL_EXPORTER_OTLP_PROTOCOL", ""
    )
    endpoint = GRPC_ENDPOINT if protocol.strip() == "grpc" else HTTP_ENDPOINT
    return _FIXED | {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
