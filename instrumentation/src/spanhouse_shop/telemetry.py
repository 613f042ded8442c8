"""Starts the OpenTelemetry SDK of one process of the shop, the way any user of the distro gets it.

The libraries are instrumented one by one where they are used (`web`, `database`, the gRPC services), so that
each service shows what its tracing consists of.
"""

from __future__ import annotations

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from spanhouse_distro.distro import SpanhouseConfigurator, SpanhouseDistro


def start_tracing() -> TracerProvider:
    """Configure the SDK from the environment and the distro's defaults.

    Returns:
        The global tracer provider; its `shutdown` sends what is still buffered.

    Raises:
        RuntimeError: the SDK is switched off or another provider was installed first.
    """
    SpanhouseDistro().configure()
    SpanhouseConfigurator().configure()  # type: ignore[no-untyped-call]  # upstream has no annotations
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        raise RuntimeError(f"the OpenTelemetry SDK did not start: tracer provider is {provider!r}")
    return provider
