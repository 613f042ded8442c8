"""Random maps: any graph, cycles and self-calls included, with every kind of node."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from query.model.link import NodeKind
from ui.map.layers import Pair

KINDS: tuple[NodeKind, ...] = ("service", "service", "service", "database", "messaging", "external", "user")
Graph = tuple[dict[str, NodeKind], set[Pair]]


@st.composite
def graphs(draw: st.DrawFn, most_nodes: int = 14) -> Graph:
    count = draw(st.integers(1, most_nodes))
    names = [f"n{i:02d}" for i in range(count)]
    kinds = {name: draw(st.sampled_from(KINDS)) for name in names}
    pairs = draw(st.sets(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=count * 2))
    return kinds, pairs


def chain(*names: str) -> Graph:
    """Services that call one another in a row."""
    return dict.fromkeys(names, "service"), set(pairwise(names))
