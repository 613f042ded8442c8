from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from query.links.neighbourhood import within

names = st.sampled_from("abcdefgh")
graphs = st.lists(st.tuples(names, names), max_size=14)


def test_depth_counts_calls_in_either_direction() -> None:
    chain = [("a", "b"), ("b", "c"), ("d", "c"), ("d", "d")]
    assert within(chain, "b", 0) == {"b"}
    assert within(chain, "b", 1) == {"a", "b", "c"}
    assert within(chain, "b", 2) == {"a", "b", "c", "d"}
    assert within(chain, "nobody", 3) == {"nobody"}


@given(graphs, names, st.integers(0, 8))
def test_one_step_further_is_the_neighbours_of_all(
    pairs: list[tuple[str, str]], service: str, depth: int
) -> None:
    reached = within(pairs, service, depth)
    further = reached.union(*(pair for pair in map(set, pairs) if pair & reached))
    assert within(pairs, service, depth + 1) == further
