"""What of a map is drawn, and how: namespaces as nodes, trouble only, leaves folded. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from query.model.link import MapNode, ServiceMap
from ui.links.change import LinkChange
from ui.map.drawing import Comparison, Drawing, draw
from ui.map.folding import SUGGEST_FROM, Folded, fold_leaves
from ui.map.grouping import Grouped, bundle_changes, group_namespaces
from ui.map.wording import in_trouble
from ui.paths import read_pair

LEAST_NAMESPACES = 2


@dataclass(frozen=True, slots=True)
class Choices:
    """How the URL wants the map: `fold=healthy`, `group=namespace`, `namespace=shop`, `only=trouble`.

    A map of one namespace is not grouped.
    """

    fold: bool
    group: bool
    namespace: str
    only_trouble: bool

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> Choices:
        """Reads a query string."""
        read = parameters.get
        namespace = read("namespace") or ""
        return cls(
            fold=read("fold") == "healthy",
            group=read("group") == "namespace" and not namespace,
            namespace=namespace,
            only_trouble=read("only") == "trouble",
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """A map as it is drawn, with what stands for namespaces in it."""

    drawing: Drawing
    grouped: Grouped

    def matching(self, services: set[str] | None) -> set[str] | None:
        """The nodes that stand for these services."""
        if services is None:
            return None
        groups = self.grouped.groups.items()
        return services | {name for name, group in groups if services.intersection(group.services)}

    def chosen_line(self, link_text: str | None) -> str | None:
        """The key of the line that the URL's link is drawn as."""
        pair = read_pair(link_text)
        bundles = self.grouped.bundles.values()
        within = (one.key for one in bundles if pair in {(link.caller, link.callee) for link in one.links})
        return next(within, link_text)


def picture(shown: ServiceMap, choices: Choices, comparison: Comparison | None = None) -> Picture:
    """Draws a map as chosen; what is gone since an earlier window is drawn too, unless only trouble is.

    Args:
        shown: All of the map that is looked at; of one namespace when that was chosen.
        choices: What the URL says.
        comparison: What became of its links since an earlier window.
    """
    changes = comparison.changes if comparison else {}
    gone = [] if choices.only_trouble else [one for one in changes.values() if one.became == "gone"]
    whole = with_gone(shown, gone, comparison.nodes if comparison else ())
    grouped = group_namespaces(whole) if choices.group else Grouped(whole)
    if comparison and choices.group:
        lines = bundle_changes(grouped.bundles.values(), changes)
        comparison = replace(comparison, changes={**changes, **lines})
    drawn = troubled_part(grouped.service_map) if choices.only_trouble else grouped.service_map
    folded = fold_leaves(drawn, keep=grouped.groups) if choices.fold else Folded(drawn)
    drawing = draw(folded.service_map, comparison, folded.groups, grouped, choices.namespace)
    return Picture(drawing, grouped)


def suggestions(
    drawing: Drawing, choices: Choices, namespaces: Sequence[str]
) -> list[tuple[str, dict[str, str]]]:
    """What would show less of a picture too big to read: words, and what they change in the URL."""
    if len(drawing.nodes) <= SUGGEST_FROM:
        return []
    found = []
    if not choices.fold:
        found.append(("fold healthy leaves", {"fold": "healthy"}))
    if not choices.group and not choices.namespace and len(namespaces) >= LEAST_NAMESPACES:
        found.append(("group by namespace", {"group": "namespace"}))
    return found


def troubled_part(whole: ServiceMap) -> ServiceMap:
    """The slow and failing links with their two ends."""
    links = [link for link in whole.links if in_trouble(link)]
    ends = {name for link in links for name in (link.caller, link.callee)}
    return ServiceMap(whole.start, whole.end, [node for node in whole.nodes if node.service in ends], links)


def with_gone(shown: ServiceMap, gone: Sequence[LinkChange], earlier: Sequence[MapNode]) -> ServiceMap:
    """The map with the links of an earlier window that have no calls now, and their ends; drawn as quiet."""
    if not gone:
        return shown
    links = [replace(change.link, status="quiet", calls=0, calls_per_second=0.0) for change in gone]
    ends = {name for link in links for name in (link.caller, link.callee)}
    ends -= {node.service for node in shown.nodes}
    nodes = [
        MapNode(node.service, node.kind, 0, 0.0, 0, 0.0, None, "quiet", namespace=node.namespace)
        for node in earlier
        if node.service in ends
    ]
    return replace(shown, nodes=[*shown.nodes, *nodes], links=[*shown.links, *links])
