from __future__ import annotations

from random import Random

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from query.api.attribute_json import attributes_json
from query.traces.attribute_columns import decoded_shapes
from query.traces.attribute_shapes import shapes_of
from tests.query.traces.test_attribute_columns import Stored, columns, shapes


@settings(max_examples=40, deadline=None)
@given(st.lists(shapes(), min_size=1, max_size=6), st.integers(1, 400), st.randoms(use_true_random=False))
def test_maps_are_printed_as_their_objects_are(few: list[Stored], times: int, random: Random) -> None:
    stored = few * times
    random.shuffle(stored)
    taken_apart = shapes_of(*columns(stored))
    expected = [orjson.dumps(one).decode() for one in decoded_shapes(taken_apart)]
    assert attributes_json(taken_apart).to_list() == expected


def test_no_maps_are_no_texts() -> None:
    assert attributes_json(shapes_of(*columns([]))).to_list() == []
