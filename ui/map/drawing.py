"""The map as things to draw: paths, boxes, texts and classes, ready for templates/map_picture.html.

Pure. Colours are CSS classes only; every text is raw and escaped by the template.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from query.model.link import DependencyLink, MapNode, NodeKind, ServiceMap
from ui.formats import duration, rate, visible
from ui.links.change import LinkChange, LinkKey, link_key
from ui.links.change_wording import change_label, change_note
from ui.map.columns import DENSE_FROM, NAME_START, name_room
from ui.map.folding import Group
from ui.map.grouping import Bundle, Grouped, NamespaceGroup
from ui.map.labels import TakenRoom, label_box
from ui.map.layout import Box, Layout, Route, lay_out
from ui.map.lettering import fitted, text_width
from ui.map.shapes import line, ornament, outline, stack
from ui.map.wording import calm_label, chip_lines, describe_link, describe_node, in_trouble, worst_first
from ui.palette import hue_class
from ui.paths import pair_text

_THINNEST, _THICKEST_OK, _THINNEST_TROUBLE = 1.2, 4.2, 3.6
_PARALLEL_DISTANCE = 9.0
_LEAST_VIEW = (1240.0, 280.0)
_BOLDER = 1.12
_SECOND_PX = 12.0
# Figures may come closer to a service's right edge than its name.
_SECOND_END = 5.0
# A red label must find room somewhere; a calm one that strays far from its line would mislead.
_RED_STEPS, _CALM_STEPS = 80, 7
# With so many links lines lie on each other: calm labels stand on theirs or nowhere, calm lines are lighter.
CROWDED_FROM, _CROWDED_STEPS = 120, 2


@dataclass(frozen=True, slots=True)
class Label:
    """Text on a link: one line or two, in a box."""

    box: Box
    lines: tuple[str, ...]
    font_px: float


@dataclass(frozen=True, slots=True)
class DrawnLink:
    """One link's line, and its label where there is room."""

    link: DependencyLink
    key: str
    path: str
    width: float
    label: Label | None
    description: str
    became: str
    folded: Group | None = None
    bundle: Bundle | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of each link since the window that `words` names (`1 hour` before).

    `nodes` are that window's: of a service that is gone they alone know its namespace.
    """

    changes: Mapping[LinkKey, LinkChange]
    words: str
    nodes: Sequence[MapNode] = ()

    def change(self, link: DependencyLink) -> LinkChange | None:
        """What became of one link."""
        return self.changes.get(link_key(link))


@dataclass(frozen=True, slots=True)
class DrawnNode:
    """One node's shape and texts; `outside` when it is not of the namespace that the map is about."""

    node: MapNode
    box: Box
    outline: str
    ornament: str
    name: str
    name_px: float
    text_x: float
    second: str
    hue: str
    description: str
    folded: Group | None = None
    grouped: NamespaceGroup | None = None
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole map; red links come last so that they lie on top."""

    links: list[DrawnLink]
    nodes: list[DrawnNode]
    view: Box
    dense: bool
    crowded: bool


def draw(
    service_map: ServiceMap,
    comparison: Comparison | None = None,
    groups: Mapping[str, Group] | None = None,
    grouped: Grouped | None = None,
    namespace: str = "",
) -> Drawing:
    """Draws a map; the same services and pairs always stand in the same places.

    Args:
        service_map: Nodes and links.
        comparison: What became of the links since an earlier window, to be marked.
        groups: The nodes that stand for folded leaves, by name.
        grouped: What stands for namespaces and for links between them.
        namespace: Services of others are drawn apart.
    """
    groups = groups or {}
    grouped = grouped or Grouped(service_map)
    kinds = {node.service: node.kind for node in service_map.nodes}
    for link in service_map.links:
        kinds.setdefault(link.caller, link.caller_kind)
        kinds.setdefault(link.callee, link.callee_kind)
    pairs = frozenset((link.caller, link.callee) for link in service_map.links)
    layout = _layout(frozenset(kinds.items()), pairs)
    dense = len(kinds) >= DENSE_FROM
    links = _links(service_map.links, layout, comparison, grouped, dense=dense)
    nodes = [
        _node(node, layout.boxes[node.service], layout.metrics.name_px, dense=dense)
        for node in _all_nodes(service_map)
    ]
    return Drawing(
        links=[_folded_link(item, groups) for item in links],
        nodes=[_apart(_grouped_node(_folded_node(item, groups), grouped), namespace) for item in nodes],
        view=view_of(layout),
        dense=dense,
        crowded=len(links) >= CROWDED_FROM,
    )


@lru_cache(maxsize=8)
def _layout(kinds: frozenset[tuple[str, NodeKind]], pairs: frozenset[tuple[str, str]]) -> Layout:
    """The layout, remembered: a map that renews itself has other figures, seldom other services."""
    return lay_out(dict(kinds), pairs)


def line_width(link: DependencyLink, *, dense: bool = False) -> float:
    """Width by the log of the rate: about 1.5 at one call in ten seconds, 4 at a thousand a second.

    A dense map is seen from farther away: its grey lines keep thin, its red ones grow.
    """
    width = 1.8 + 0.75 * math.log10(max(link.calls_per_second, 0.01))
    if link.status == "quiet":
        return _THINNEST
    width = min(max(width, _THINNEST), _THICKEST_OK)
    if in_trouble(link):
        return round(max(width + 1, _THINNEST_TROUBLE) * (1.9 if dense else 1), 2)
    return round(width, 2)


def view_of(layout: Layout) -> Box:
    """What to show at first: the whole map, and for a small one enough room around it to keep its size."""
    width, height = max(layout.width, _LEAST_VIEW[0]), max(layout.height, _LEAST_VIEW[1])
    return Box(round((layout.width - width) / 2, 1), round((layout.height - height) / 2, 1), width, height)


def _links(
    links: Sequence[DependencyLink],
    layout: Layout,
    comparison: Comparison | None,
    grouped: Grouped,
    *,
    dense: bool,
) -> list[DrawnLink]:
    by_pair: dict[tuple[str, str], list[DependencyLink]] = defaultdict(list)
    for link in links:
        by_pair[link.caller, link.callee].append(link)
    routes = {}
    for pair, several in by_pair.items():
        several.sort(key=lambda link: link.kind)
        for i, link in enumerate(several):
            routes[id(link)] = _beside(layout.routes[pair], (i - (len(several) - 1) / 2) * _PARALLEL_DISTANCE)

    taken = TakenRoom(layout.boxes.values())
    calm_steps = _CROWDED_STEPS if len(links) >= CROWDED_FROM else _CALM_STEPS
    drawn = []
    changes = {id(link): comparison.change(link) for link in links} if comparison else {}
    # Stable: red links choose their label's place first, then those that changed.
    marked = sorted(worst_first(links), key=lambda one: (not in_trouble(one), not _became(changes, one)))
    for link in marked:
        route = routes[id(link)]
        change = changes.get(id(link))
        lines = change_label(change, comparison.words) if comparison and change else ()
        bundle = grouped.bundles.get((link.caller, link.callee))
        labelled = bundle.worst if bundle and in_trouble(link) else link
        label = _label(labelled, route, layout, taken, lines, calm_steps, dense=dense)
        became = _became(changes, link)
        if label:
            taken.take(label.box)
        drawn.append(
            DrawnLink(
                link=link,
                key=bundle.key if bundle else pair_text(link.caller, link.callee),
                path=line(route, layout.metrics, _arrow_length(link, dense=dense)),
                width=_width(link, became, dense=dense),
                label=label,
                description=(bundle.description if bundle else describe_link(link))
                + (_note(bundle, change, comparison.words) if comparison and change else ""),
                became=became,
                bundle=bundle,
            )
        )
    return list(reversed(drawn))


def _label(
    link: DependencyLink,
    route: Route,
    layout: Layout,
    taken: TakenRoom,
    changed: tuple[str, ...],
    calm_steps: int,
    *,
    dense: bool,
) -> Label | None:
    font_px = 21.0 if dense else 12.0
    lines: tuple[str, ...]
    if in_trouble(link):
        first, second = chip_lines(link)
        one_line = f"{first} · {second}" if link.status == "slow" else f"{first} {second}"
        fits = layout.column_gap > text_width(one_line, font_px) * _BOLDER + 2.4 * font_px
        lines = (one_line,) if fits and not dense else (first, second)
        mark_px, bolder, most_steps = font_px * 1.3, _BOLDER, _RED_STEPS
    elif changed:
        lines, mark_px, bolder, most_steps = changed, 0.0, _BOLDER, _RED_STEPS
    else:
        lines, mark_px, bolder, most_steps = (calm_label(link),), 0.0, 1.0, calm_steps
        font_px = 15.0 if dense else 11.5
    width = max(text_width(text, font_px) for text in lines) * bolder + mark_px + 0.7 * font_px
    size = (round(width, 1), round(font_px * (0.7 + 1.15 * len(lines)), 1))
    box = label_box(route, layout, view_of(layout), size, taken, most_steps)
    return Label(box, lines, font_px) if box else None


def _became(changes: Mapping[int, LinkChange | None], link: DependencyLink) -> str:
    """The mark of a link: `worse`, `new`, `gone`, or nothing."""
    change = changes.get(id(link))
    return change.became if change and change.became in ("worse", "new", "gone") else ""


def _width(link: DependencyLink, became: str, *, dense: bool) -> float:
    width = line_width(link, dense=dense)
    return width if became != "worse" else max(width, _THINNEST_TROUBLE * (1.9 if dense else 1))


def _folded_link(item: DrawnLink, groups: Mapping[str, Group]) -> DrawnLink:
    group = groups.get(item.link.callee)
    return replace(item, description=group.description, label=None, folded=group) if group else item


def _folded_node(item: DrawnNode, groups: Mapping[str, Group]) -> DrawnNode:
    group = groups.get(item.node.service)
    if not group:
        return item
    return replace(item, name=group.label, hue="", description=group.description, folded=group)


def _grouped_node(item: DrawnNode, grouped: Grouped) -> DrawnNode:
    group = grouped.groups.get(item.node.service)
    if not group:
        return item
    return replace(
        item,
        name=group.fitted(name_room("service", item.box.width), item.name_px),
        ornament=stack(item.box),
        hue="",
        description=group.description,
        grouped=group,
    )


def _apart(item: DrawnNode, namespace: str) -> DrawnNode:
    if not namespace or item.node.kind != "service" or item.node.namespace == namespace or item.folded:
        return item
    return replace(item, outside=True, description=f"{item.description} Not of the namespace {namespace}.")


def _note(bundle: Bundle | None, change: LinkChange, words: str) -> str:
    """What became of a link; of a line of many links, which of them it was."""
    note = change_note(change, words)
    if bundle and note and change.became == "worse":
        return f" {change.link.caller} → {change.link.callee}:{note}"
    return note


def _arrow_length(link: DependencyLink, *, dense: bool) -> float:
    return (18.0 if dense else 12.0) if in_trouble(link) else 8.0


def _beside(route: Route, distance: float) -> Route:
    """The same way, some units lower: for links of two kinds between the same services."""
    if not distance or route.loop:
        return route
    return Route(tuple((x, y + distance) for x, y in route.points), route.backward)


def _node(node: MapNode, box: Box, name_px: float, *, dense: bool) -> DrawnNode:
    room = name_room(node.kind, box.width)
    return DrawnNode(
        node=node,
        box=box,
        outline=outline(node.kind, box),
        ornament=ornament(node.kind, box),
        name=fitted(visible(node.service) or "(no name)", room, name_px),
        name_px=name_px,
        text_x=round(box.x + NAME_START, 1),
        second=""
        if dense
        else _second_line(node, room if node.kind != "service" else box.width - NAME_START - _SECOND_END),
        hue=hue_class(node.service) if node.kind == "service" else "",
        description=describe_node(node),
    )


def _second_line(node: MapNode, room: float) -> str:
    """A node's figures, in as many words as it has room for."""
    if not node.calls:
        return ""
    calls = rate(node.calls_per_second)
    choices = [calls, ""]
    if node.server_ms:
        p95 = duration(node.server_ms.p95)
        choices = [f"{calls} · p95 {p95}", f"{calls} · {p95}", *choices]
    return next(text for text in choices if text_width(text, _SECOND_PX) <= room)


def _all_nodes(service_map: ServiceMap) -> list[MapNode]:
    """The map's nodes, and one without figures for an end of a link that has none."""
    named = {node.service for node in service_map.nodes}
    nodes = list(service_map.nodes)
    for link in service_map.links:
        for name, kind in ((link.caller, link.caller_kind), (link.callee, link.callee_kind)):
            if name not in named:
                named.add(name)
                nodes.append(MapNode(name, kind, 0, 0.0, 0, 0.0, None, "quiet"))
    return sorted(nodes, key=lambda node: node.service)
