"""The environment variables a process of the shop runs with. Pure: works on mappings, not on os.environ."""

from __future__ import annotations

from collections.abc import Mapping

from spanhouse_shop.roster import Member

# A collector that asks for a key must still get it; no other OpenTelemetry setting of the person's shell
# (a sampler, another exporter, the SDK switched off) may change what the demo shows.
_KEPT = frozenset({"OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"})


def child_environment(
    inherited: Mapping[str, str], member: Member, otlp_endpoint: str, run_id: str
) -> dict[str, str]:
    """Build the environment of `member`'s process.

    Proxy settings are dropped: every request of the shop goes to a loopback port.

    Args:
        inherited: the supervisor's own environment.
        member: whose process it is.
        otlp_endpoint: base URL of the OTLP/HTTP receiver.
        run_id: told apart from other runs by this part of `service.instance.id`.
    """
    environment = {
        name: value
        for name, value in inherited.items()
        if name in _KEPT or not (name.startswith("OTEL_") or name.lower().endswith("_proxy"))
    }
    if not member.traced:
        return environment
    resource = {
        "service.namespace": member.namespace,
        "service.version": member.version,
        "service.instance.id": f"{member.name}-{run_id}",
        "deployment.environment.name": "demo",
    }
    return environment | {
        "OTEL_SERVICE_NAME": member.name,
        "OTEL_RESOURCE_ATTRIBUTES": ",".join(f"{key}={value}" for key, value in resource.items()),
        "OTEL_EXPORTER_OTLP_ENDPOINT": otlp_endpoint,
    }
