from __future__ import annotations

import re

import pytest

from query.model.link import NodeKind
from ui.map.columns import ROOMY
from ui.map.layout import Box, Route
from ui.map.shapes import line, ornament, outline

KINDS: tuple[NodeKind, ...] = ("service", "database", "messaging", "external", "user")


def test_every_kind_has_its_own_shape() -> None:
    box = Box(10, 20, 166, 44)
    shapes = {outline(kind, box) for kind in KINDS}
    assert len(shapes) == len(KINDS)
    assert all(shape.startswith("M") and shape.endswith("z") for shape in shapes)


@pytest.mark.parametrize("kind", KINDS)
def test_only_stores_and_queues_have_lines_inside(kind: NodeKind) -> None:
    assert bool(ornament(kind, Box(0, 0, 100, 40))) == (kind in ("database", "messaging"))


def test_a_line_begins_and_ends_where_its_route_does() -> None:
    route = Route(((100, 50), (200, 80), (300, 80), (400, 20)))
    assert line(route, ROOMY, 8).startswith("M100 50C150 50 150 80 200 80H300C")
    assert line(route, ROOMY, 8).endswith(" 392 20H400")


def test_a_backward_line_ends_from_the_right() -> None:
    assert line(Route(((400, 20), (100, 50)), backward=True), ROOMY, 8).endswith(" 108 50H100")


def test_a_self_call_is_an_arc_over_its_node() -> None:
    path = line(Route(((60, 100), (90, 100)), loop=True), ROOMY, 8)
    assert path == "M60 100C60 76 90 76 90 100"


def test_paths_hold_nothing_but_numbers_and_commands() -> None:
    for kind in KINDS:
        assert re.fullmatch(r"[MCHVLahlvz0-9. -]+", outline(kind, Box(1.25, 2.5, 100.1, 44)))
