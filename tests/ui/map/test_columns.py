from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from query.model.link import NodeKind
from tests.ui.map.strategies import KINDS
from ui.map.columns import DENSE, ROOMY, Metrics, name_room, spread
from ui.map.lettering import text_width

COLUMNS = st.lists(st.lists(st.tuples(st.text(max_size=40), st.sampled_from(KINDS)), max_size=4), max_size=9)
DEMO: list[list[tuple[str, NodeKind]]] = [
    [("user", "user")],
    [("storefront", "service")],
    [("catalog", "service"), ("checkout", "service")],
    [("inventory", "service"), ("orders-worker", "service"), ("payment", "service")],
    [("mailer", "service"), ("bank", "service")],
    [("api.mailhost.example", "external"), ("orders", "database")],
]
# Width of the map in CSS pixels on screens of 1440 and 1024.
WIDE, NARROW = 1390, 974


@given(COLUMNS, st.sampled_from([ROOMY, DENSE]))
def test_columns_follow_one_another_with_one_gap(
    columns: list[list[tuple[str, NodeKind]]], metrics: Metrics
) -> None:
    spans, gap = spread(columns, metrics)
    assert len(spans) == len(columns)
    assert metrics.least_column_gap <= gap <= metrics.most_column_gap
    for one, other in pairwise(spans):
        assert abs(other.x - one.end - gap) < 0.2
    assert all(metrics.least_node_width <= span.width <= metrics.most_node_width for span in spans)


@given(st.text(max_size=40), st.sampled_from(KINDS))
def test_a_name_has_room_unless_it_is_very_long(name: str, kind: NodeKind) -> None:
    [span], _ = spread([[(name, kind)]], ROOMY)
    needed = text_width(name, ROOMY.name_px)
    assert needed <= name_room(kind, span.width) or span.width == ROOMY.most_node_width


def test_names_of_the_demo_are_legible() -> None:
    spans, _ = spread(DEMO, ROOMY)
    width = spans[-1].end + ROOMY.margin
    assert ROOMY.name_px * WIDE / width >= 12
    assert ROOMY.name_px * NARROW / width >= 10.8


def test_few_columns_use_wider_gaps() -> None:
    assert spread(DEMO[:3], ROOMY)[1] > spread(DEMO, ROOMY)[1]
