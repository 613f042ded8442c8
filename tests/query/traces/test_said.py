from __future__ import annotations

from random import Random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from query.model.trace import AttributeValue, SpanKind
from query.traces.attribute_columns import attributes_of
from query.traces.attribute_shapes import shapes_of
from query.traces.said import said_by, said_by_all
from tests.query.links.forests import ATTRIBUTES, KINDS, SIDECAR
from tests.query.traces.test_attribute_columns import Stored, columns


def stored(attributes: dict[str, object]) -> Stored:
    """Attributes as the store keeps them."""
    texts = ["true" if value is True else str(value) for value in attributes.values()]
    letters = [
        "b" if value is True else "i" if isinstance(value, int) else "s" for value in attributes.values()
    ]
    return list(attributes), texts, "".join(letters)


@given(
    st.lists(
        st.tuples(st.sampled_from(KINDS), st.sampled_from([*ATTRIBUTES, SIDECAR])), min_size=1, max_size=12
    ),
    st.sampled_from([1, 90, 250]),
    st.randoms(use_true_random=False),
)
@settings(max_examples=40)
def test_all_together_say_what_each_says(
    few: list[tuple[SpanKind, dict[str, object]]], times: int, random: Random
) -> None:
    spans = [
        (kind, {**attributes, "id": str(number)}) for number, (kind, attributes) in enumerate(few * times)
    ]
    random.shuffle(spans)
    kinds = [kind for kind, _ in spans]
    maps, types = columns([stored(attributes) for _, attributes in spans])
    expected = [said_by(kind, one) for kind, one in zip(kinds, attributes_of(maps, types), strict=True)]
    assert said_by_all(pl.Series(kinds), shapes_of(maps, types)).each() == expected


def test_a_value_that_matters_to_some_spans_only_is_told_apart() -> None:
    def attributes(number: int) -> dict[str, AttributeValue]:
        host = f"host-{number}" if number % 2 else ""
        return {"server.address": host, "url.full": f"http://peer-{number % 7}/", "other": str(number)}

    spans = [attributes(number) for number in range(700)]
    kinds: list[SpanKind] = ["client"] * len(spans)
    shapes = shapes_of(*columns([stored(dict(one)) for one in spans]))
    assert len(shapes.common) == 1
    said = said_by_all(pl.Series(kinds), shapes)
    assert said.each() == [said_by("client", one) for one in spans]
    assert len({one.peer for one in said.answers}) == 357
