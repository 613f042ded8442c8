"""Proxies beside services (Envoy, Istio): recognised, and seen through. Pure."""

from __future__ import annotations

from query.links.peer import text
from query.links.span import LinkSpan

# Proxies between a caller and a callee are passed up to this many; real meshes have two to four.
MAX_CHAIN = 6


def is_sidecar(span: LinkSpan) -> bool:
    """Whether a proxy made this span: Envoy's tracers and Istio tag what they make."""
    attributes = span.attributes
    return (
        text(attributes, "component") == "proxy"
        or text(attributes, "upstream_cluster", "istio.canonical_service", "istio.mesh_id") != ""
        or text(span.resource, "telemetry.sdk.name") == "envoy"
        or span.scope_name.lower().startswith("envoy")
    )


def serves(sidecar: LinkSpan, service: str) -> bool:
    """Whether a proxy is that service's own: it reports the service's name, or `name.namespace`."""
    return sidecar.service == service or sidecar.service.startswith(service + ".")
