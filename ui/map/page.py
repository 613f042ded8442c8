"""The map page: reads its state from the URL, asks once, draws, and says what it shows.

With nothing stored yet it is the first-run page; with nothing in the window it says so and offers a wider
one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter, Request
from starlette.responses import Response

from query.model.link import DependencyLink, MapNode, ServiceMap
from ui.earlier import Earlier, choices, read_earlier
from ui.errors import BadParameter, page_route
from ui.formats import named, plural
from ui.links.change import LinkChange, compare_links, link_key
from ui.links.change_wording import change_sentence, short_change
from ui.map.drawing import Comparison
from ui.map.grouping import Bundle, Grouped, focus_namespace, namespaces_of
from ui.map.picture import LEAST_NAMESPACES, Choices, picture, suggestions, troubled_part
from ui.map.wording import Part, in_trouble, map_sentence, totals, worst_first
from ui.onboarding import Onboarding
from ui.paths import read_pair
from ui.rendering import Pages
from ui.time_range import TimeRange

_LISTED = 60
_DEPTHS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Selection:
    """What the side panel shows: a link, links drawn as one, or a node with its callers and callees."""

    link: DependencyLink | None = None
    bundle: Bundle | None = None
    node: MapNode | None = None
    callers: list[DependencyLink] = field(default_factory=list)
    callees: list[DependencyLink] = field(default_factory=list)


def map_routes(pages: Pages, onboarding: Onboarding) -> APIRouter:
    """`GET /`."""
    router = APIRouter(route_class=page_route(pages), include_in_schema=False)

    @router.get("/")
    def map_page(request: Request) -> Response:
        time_range = pages.time_range(request)
        read = request.query_params.get
        find, depth = (read("service") or "").strip(), _depth(read("depth"))
        shown, matching = _ask(pages, time_range, find, depth)
        if not shown.links and not find:
            if not pages.questions.search.has_any_trace():
                return onboarding.page(request, time_range)
            return pages.renderer.page(request, "map_empty.html", time_range)
        chosen, namespaces = Choices.of(request.query_params), namespaces_of(shown.nodes)
        if chosen.namespace:
            shown = focus_namespace(shown, chosen.namespace)
        earlier = read_earlier(read("compare"), time_range.window)
        comparison = _compare(
            pages, shown, earlier, find if matching is None else "", depth, chosen.namespace
        )
        changes = comparison.changes if comparison else {}
        pictured = picture(shown, chosen, comparison)
        ranked = worst_first(troubled_part(shown).links if chosen.only_trouble else shown.links)
        ranked.sort(key=lambda link: not in_trouble(link) and not _got_worse(changes.get(link_key(link))))
        return pages.renderer.page(
            request,
            "map.html",
            time_range,
            sentence=_sentence(shown, chosen.namespace, time_range.phrase),
            change_sentence=change_sentence(changes.values(), earlier.words) if earlier else [],
            more=totals(shown.links, shown.nodes)
            + (f", within {plural(depth, 'step')} of {named(find)}" if find and not matching else "")
            + (f", of the namespace {named(chosen.namespace)} and next to it" if chosen.namespace else ""),
            drawing=pictured.drawing,
            groups=pictured.grouped.groups,
            comparison=comparison,
            short_change=short_change,
            gone=[change for change in changes.values() if change.became == "gone"],
            earlier=earlier,
            earlier_choices=choices(time_range.window),
            chosen=chosen,
            offer_groups=chosen.group or len(namespaces) >= LEAST_NAMESPACES,
            suggestions=suggestions(pictured.drawing, chosen, namespaces),
            nothing="No link is slow or failing." if chosen.only_trouble else "Nothing to draw.",
            selection=select(shown, read("link"), read("node"), pictured.grouped),
            chosen_link=pictured.chosen_line(read("link")),
            chosen_node=read("node"),
            matching=pictured.matching(matching),
            find=find,
            depth=depth,
            names=sorted(node.service for node in shown.nodes),
            labels=read("labels") == "1",
            listed=ranked[:_LISTED],
            hidden_count=max(0, len(ranked) - _LISTED),
        )

    return router


def select(
    shown: ServiceMap, link_text: str | None, node_name: str | None, grouped: Grouped | None = None
) -> Selection:
    """What the URL chooses for the panel; nothing when it is not on the map."""
    bundle = grouped.bundle(link_text) if grouped else None
    if bundle:
        return Selection(bundle=bundle)
    pair = read_pair(link_text)
    if pair:
        chosen = worst_first([link for link in shown.links if (link.caller, link.callee) == pair])
        return Selection(link=chosen[0]) if chosen else Selection()
    node = next((node for node in shown.nodes if node.service == node_name), None)
    if node is None:
        return Selection()
    return Selection(
        node=node,
        callers=_ends(shown.links, callee=node.service),
        callees=_ends(shown.links, caller=node.service),
    )


def _ask(pages: Pages, time_range: TimeRange, find: str, depth: int) -> tuple[ServiceMap, set[str] | None]:
    """The map to show; with a name that is no service's, the whole map and the services it is part of."""
    questions = pages.questions.links
    if find:
        near = questions.service_map(time_range.window, service=find, depth=depth)
        if near.links:
            return near, None
    whole = questions.service_map(time_range.window)
    if not find:
        return whole, None
    return whole, {node.service for node in whole.nodes if find.lower() in node.service.lower()}


def _sentence(shown: ServiceMap, namespace: str, phrase: str) -> list[Part]:
    if shown.links:
        return map_sentence(shown.links, phrase)
    return (
        [Part(f"No service of the namespace {named(namespace)} had calls ({phrase}).")] if namespace else []
    )


def _compare(
    pages: Pages, shown: ServiceMap, earlier: Earlier | None, focus: str, depth: int, namespace: str
) -> Comparison | None:
    """What became of the shown links since the earlier window, looked at with the same focus."""
    if earlier is None:
        return None
    then = pages.questions.links.service_map(
        earlier.window, service=focus or None, depth=depth if focus else None
    )
    if namespace:
        then = focus_namespace(then, namespace)
    # Nothing to compare with is said once, not on every line.
    if not then.links:
        return None
    return Comparison(compare_links(shown.links, then.links), earlier.words, then.nodes)


def _got_worse(change: LinkChange | None) -> bool:
    return change is not None and change.became == "worse"


def _ends(
    links: Sequence[DependencyLink], *, caller: str | None = None, callee: str | None = None
) -> list[DependencyLink]:
    return worst_first(
        [one for one in links if caller in (None, one.caller) and callee in (None, one.callee)]
    )


def _depth(text: str | None) -> int:
    if not text:
        return _DEPTHS[0]
    if text not in map(str, _DEPTHS):
        raise BadParameter(f"depth is {text[:20]!r}, but must be 1, 2 or 3.")
    return int(text)
