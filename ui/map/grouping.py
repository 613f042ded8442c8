"""Draws the services of an OpenTelemetry namespace as one node, and links between the same two nodes as one.

Pure. Trouble is never hidden: a line is as red as the worst link in it and names that link; links inside a
namespace, else left out, become a loop as soon as one of them is in trouble. The list below keeps all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from query.model.link import DependencyLink, MapNode, ServiceMap, Status
from ui.formats import percent, plural, rate
from ui.links.change import LinkChange, LinkKey, link_key
from ui.links.change_wording import worst_changes
from ui.map.lettering import fitted, text_width
from ui.map.summed_link import summed_link
from ui.map.wording import in_trouble, worst_first
from ui.paths import pair_text

_NAMED = 12
_WORST_FIRST: tuple[Status, ...] = ("failing", "slow", "ok", "quiet")
# Keeps the name of a group from being a service's.
_APART = "\N{INVISIBLE SEPARATOR}"


@dataclass(frozen=True, slots=True)
class NamespaceGroup:
    """A namespace drawn as one node.

    Attributes:
        namespace: Its name.
        services: Its services on this map, in order.
        inside: The links between them.
    """

    namespace: str
    services: tuple[str, ...]
    inside: tuple[DependencyLink, ...] = ()

    @property
    def label(self) -> str:
        """What the node says: `shop · 7 services`."""
        return f"{self.namespace} · {plural(len(self.services), 'service')}"

    @property
    def name(self) -> str:
        """The node's name among the others."""
        return f"{self.label}{_APART}"

    def fitted(self, width: float, font_px: float) -> str:
        """The label in this much room: the namespace is worth more than the word `services`."""
        if text_width(self.label, font_px) <= width:
            return self.label
        count = f" · {len(self.services)}"
        return fitted(self.namespace, width - text_width(count, font_px), font_px) + count

    @property
    def key(self) -> str:
        """The group's name in a URL, the same however many services it has."""
        return f"namespace:{self.namespace}"

    @property
    def description(self) -> str:
        """All about the node in one line."""
        names = ", ".join(self.services[:_NAMED])
        more = len(self.services) - _NAMED
        text = f"Namespace {self.namespace}, {plural(len(self.services), 'service')}: {names}"
        text += f" and {more} more." if more > 0 else "."
        troubled = sum(map(in_trouble, self.inside))
        links = plural(len(self.inside), "link")
        if troubled:
            return f"{text} {troubled} of {links} inside {'are' if troubled > 1 else 'is'} slow or failing."
        if self.inside:
            return f"{text} {links} inside, none slow or failing, not drawn."
        return text


@dataclass(frozen=True, slots=True)
class Bundle:
    """Links drawn as one line.

    Attributes:
        caller: One end: a namespace, or what belongs to none.
        callee: The other end.
        key: The line's name in a URL.
        links: At least one, worst first.
        whole: All of them as one link; nothing is known of its percentiles.
    """

    caller: str
    callee: str
    key: str
    links: tuple[DependencyLink, ...]
    whole: DependencyLink

    @property
    def worst(self) -> DependencyLink:
        """The link whose status and reason the line shows."""
        return self.links[0]

    @property
    def description(self) -> str:
        """All about the line in one line."""
        whole = self.whole
        ends = f"inside {self.caller}" if self.caller == self.callee else f"{self.caller} to {self.callee}"
        state = {"ok": "looks normal", "quiet": "quiet, too few calls to judge"}.get(
            whole.status, whole.status
        )
        reason = f" {'; '.join(whole.reasons)}." if whole.reasons else ""
        more = sum(map(in_trouble, self.links)) - 1
        if more > 0:
            reason += f" {more} more slow or failing."
        calls = f"{plural(whole.calls, 'call')} ({rate(whole.calls_per_second)})"
        links = plural(len(self.links), "link")
        return f"{ends}, {links}: {state}.{reason} {calls}, {percent(whole.error_rate)} errors."


@dataclass(frozen=True, slots=True)
class Grouped:
    """A map with its groups by the name of their node, and its bundles by the names of both ends."""

    service_map: ServiceMap
    groups: dict[str, NamespaceGroup] = field(default_factory=dict)
    bundles: dict[tuple[str, str], Bundle] = field(default_factory=dict)

    def bundle(self, key: str | None) -> Bundle | None:
        """The line that a URL names."""
        return next((one for one in self.bundles.values() if one.key == key), None)


def namespaces_of(nodes: Iterable[MapNode]) -> list[str]:
    """The namespaces of a map's services, in order."""
    return sorted({node.namespace for node in nodes} - {""})


def focus_namespace(whole: ServiceMap, namespace: str) -> ServiceMap:
    """The services of a namespace with all their links and whatever is at the other end of those."""
    own = {node.service for node in whole.nodes if node.namespace == namespace}
    links = [link for link in whole.links if link.caller in own or link.callee in own]
    near = own | {name for link in links for name in (link.caller, link.callee)}
    return replace(whole, nodes=[node for node in whole.nodes if node.service in near], links=links)


def group_namespaces(whole: ServiceMap) -> Grouped:
    """Draws each namespace as one node, even one of a single service; what has none stays as it is."""
    members: dict[str, list[str]] = defaultdict(list)
    for node in whole.nodes:
        if node.namespace:
            members[node.namespace].append(node.service)
    plain = [NamespaceGroup(namespace, tuple(sorted(names))) for namespace, names in sorted(members.items())]
    drawn_as = {service: group.name for group in plain for service in group.services}
    between: dict[tuple[str, str], list[DependencyLink]] = defaultdict(list)
    for link in whole.links:
        between[drawn_as.get(link.caller, link.caller), drawn_as.get(link.callee, link.callee)].append(link)
    groups = {
        group.name: replace(group, inside=tuple(worst_first(between.get((group.name, group.name), []))))
        for group in plain
    }
    bundles = {
        (caller, callee): _bundle(caller, callee, links, groups)
        for (caller, callee), links in between.items()
        if (caller in groups or callee in groups) and (caller != callee or any(map(in_trouble, links)))
    }
    kept = [link for link in whole.links if link.caller not in drawn_as and link.callee not in drawn_as]
    nodes = [node for node in whole.nodes if node.service not in drawn_as]
    statuses = {node.service: node.status for node in whole.nodes}
    nodes += [
        _node(group, bundles.values(), [statuses[name] for name in group.services])
        for group in groups.values()
    ]
    links = [*kept, *(bundle.whole for bundle in bundles.values())]
    return Grouped(replace(whole, nodes=nodes, links=links), groups, bundles)


def bundle_changes(
    bundles: Iterable[Bundle], changes: Mapping[LinkKey, LinkChange]
) -> dict[LinkKey, LinkChange]:
    """What became of each line: the worst of its links that got worse; new or gone only when all of it is."""
    found = {}
    for bundle in bundles:
        its = [changes[key] for key in map(link_key, bundle.links) if key in changes]
        became = {change.became for change in its}
        if worse := worst_changes(its):
            found[link_key(bundle.whole)] = worse[0]
        elif became in ({"new"}, {"gone"}):
            found[link_key(bundle.whole)] = its[0]
    return found


def _bundle(
    caller: str, callee: str, links: Sequence[DependencyLink], groups: Mapping[str, NamespaceGroup]
) -> Bundle:
    ends = [groups.get(name) for name in (caller, callee)]
    said = [group.namespace if group else name for group, name in zip(ends, (caller, callee), strict=True)]
    key = pair_text(
        *(group.key if group else name for group, name in zip(ends, (caller, callee), strict=True))
    )
    ranked = tuple(worst_first(links))
    worst, busiest = ranked[0], max(links, key=lambda link: (link.calls, link.kind))
    named = f"{worst.caller} → {worst.callee}"
    whole = replace(
        summed_link(caller, callee, ranked),
        kind=busiest.kind,
        reasons=[f"{named}: {'; '.join(worst.reasons) or worst.status}"] if in_trouble(worst) else [],
        caller_kind="service" if ends[0] else worst.caller_kind,
        callee_kind="service" if ends[1] else worst.callee_kind,
    )
    return Bundle(said[0], said[1], key, ranked, whole)


def _node(group: NamespaceGroup, bundles: Iterable[Bundle], statuses: Sequence[Status]) -> MapNode:
    """The figures of calls into the namespace from elsewhere; the status of its worst service."""
    into = [one.whole for one in bundles if one.whole.callee == group.name and one.whole.caller != group.name]
    calls, errors = sum(link.calls for link in into), sum(link.errors for link in into)
    return MapNode(
        service=group.name,
        kind="service",
        calls=calls,
        calls_per_second=sum(link.calls_per_second for link in into),
        errors=errors,
        error_rate=errors / calls if calls else 0.0,
        server_ms=None,
        status=min(statuses, key=_WORST_FIRST.index),
    )
