"""Random shapes of traces for property tests: late and missing parents, circles, overflow, skew."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from query.traces.tree import Forest, build_forest


@dataclass(frozen=True)
class Shape:
    """Spans by place; `parents` are ids, "" for none, an id that is not there for a missing parent."""

    ids: list[str]
    parents: list[str]
    start_ns: list[int]
    end_ns: list[int]

    @property
    def forest(self) -> Forest:
        return build_forest(self.ids, self.parents, self.start_ns)

    def shuffled(self, order: list[int]) -> Shape:
        """The same spans in another order."""
        return Shape(
            [self.ids[index] for index in order],
            [self.parents[index] for index in order],
            [self.start_ns[index] for index in order],
            [self.end_ns[index] for index in order],
        )

    def by_id(self, values: list[int]) -> dict[str, int]:
        """Values per span, comparable between orders of input."""
        return dict(zip(self.ids, values, strict=True))


@st.composite
def shapes(draw: st.DrawFn, max_size: int = 14) -> Shape:
    """Any spans at all: small times, so that equal and touching intervals are common."""
    size = draw(st.integers(1, max_size))
    ids = [f"{place:016x}" for place in range(1, size + 1)]
    parents = [draw(st.sampled_from(["", "feedfeedfeedfeed", *ids])) for _ in ids]
    start_ns = [draw(st.integers(0, 30)) for _ in ids]
    end_ns = [start + draw(st.integers(0, 20)) for start in start_ns]
    return Shape(ids, parents, start_ns, end_ns)


def orders(size: int) -> st.SearchStrategy[list[int]]:
    """Any order of so many places."""
    return st.permutations(range(size))
