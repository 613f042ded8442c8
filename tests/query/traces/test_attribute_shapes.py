from __future__ import annotations

from query.traces.attribute_shapes import FEW, shapes_of
from tests.query.traces.test_attribute_columns import Stored, columns


def test_common_shapes_are_taken_together_and_the_others_alone() -> None:
    common: list[Stored] = [(["a", "b"], [f"a{number}", f"b{number}"], "ss") for number in range(FEW)]
    taken_apart = shapes_of(*columns([(["z"], ["lone"], "s"), *common, ([], [], "")]))
    [shape] = taken_apart.common
    assert (shape.names, shape.letters) == (("a", "b"), "ss")
    by_row = dict(zip(shape.rows.to_list(), shape.texts(1, taken_apart.values).to_list(), strict=True))
    assert by_row == {number + 1: f"b{number}" for number in range(FEW)}
    assert {(lone.row, *lone.names, *lone.texts) for lone in taken_apart.lone} == {
        (0, "z", "lone"),
        (FEW + 1,),
    }


def test_of_a_name_twice_the_first_counts_and_its_letter_with_it() -> None:
    stored: list[Stored] = [(["a", "b", "a"], ["1", "x", "2"], "isd")] * FEW
    taken_apart = shapes_of(*columns(stored))
    [shape] = taken_apart.common
    assert (shape.names, shape.letters) == (("a", "b"), "is")
    assert set(shape.texts(0, taken_apart.values)) == {"1"}


def test_letters_that_do_not_fit_are_none() -> None:
    [shape] = shapes_of(*columns([(["a", "b"], ["1", "2"], "i")] * FEW)).common
    assert shape.letters == ""
