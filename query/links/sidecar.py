"""Proxies beside services (Envoy, Istio): recognised, and seen through. Pure."""

from __future__ import annotations

from query.links.peer import Attributes, text
from query.links.span import LinkSpan

# Proxies between a caller and a callee are passed up to this many; real meshes have two to four.
MAX_CHAIN = 6


def is_sidecar(span: LinkSpan) -> bool:
    """Whether a proxy made this span: Envoy's tracers and Istio tag what they make."""
    return tagged_by_sidecar(span.attributes) or sidecar_process(span.resource, span.scope_name)


def tagged_by_sidecar(attributes: Attributes) -> bool:
    """Whether a span's own attributes say that a proxy made it."""
    return (
        text(attributes, "component") == "proxy"
        or text(attributes, "upstream_cluster", "istio.canonical_service", "istio.mesh_id") != ""
    )


def sidecar_process(resource: Attributes, scope_name: str) -> bool:
    """Whether a resource or a scope is a proxy's."""
    return text(resource, "telemetry.sdk.name") == "envoy" or scope_name.lower().startswith("envoy")


def serves(sidecar_service: str, service: str) -> bool:
    """Whether a proxy is that service's own: it reports the service's name, or `name.namespace`."""
    return sidecar_service == service or sidecar_service.startswith(service + ".")
