from __future__ import annotations

import pytest

from tests.ui.trace.shop import deep_trace, large_trace, shop_trace
from ui.trace.path_tree import path_nodes
from ui.trace.tree import build_tree


def test_equal_paths_are_one_node_that_counts_its_spans() -> None:
    nodes = path_nodes(build_tree(shop_trace().spans))
    queries = next(node for node in nodes if node.step[1] == "SELECT stock")
    assert queries.count == 4
    assert queries.total_ms == pytest.approx(32.8)
    assert len(nodes) == 14


def test_counts_and_times_of_all_nodes_are_those_of_all_spans() -> None:
    trace = large_trace(1_000)
    nodes = path_nodes(build_tree(trace.spans))
    assert sum(node.count for node in nodes) == 1_000
    assert sum(node.self_ms for node in nodes) == pytest.approx(sum(span.self_ms for span in trace.spans))
    roots = [node.subtree_self_ms for node in nodes if node.parent < 0]
    assert sum(roots) == pytest.approx(sum(node.self_ms for node in nodes))


def test_depth_is_no_limit() -> None:
    assert path_nodes(build_tree(deep_trace(2_000).spans))[-1].depth == 1_999
