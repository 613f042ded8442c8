from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ui.paths import link_path, names_after, pair_text, read_pair, service_path

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(NAMES, NAMES)
def test_any_two_names_survive_a_path(caller: str, callee: str) -> None:
    scope = {"raw_path": link_path(caller, callee).encode(), "path": "unused", "root_path": ""}
    assert names_after(scope, "/links/") == [caller, callee]


@given(NAMES, NAMES)
def test_any_two_names_survive_a_parameter(caller: str, callee: str) -> None:
    assert read_pair(pair_text(caller, callee)) == (caller, callee)


def test_common_names_stay_readable() -> None:
    assert link_path("checkout", "payment") == "/links/checkout/payment"
    assert pair_text("checkout", "payment") == "checkout~payment"
    assert service_path("kafka/shipments") == "/services/kafka%2Fshipments"


def test_what_is_no_pair_is_none() -> None:
    assert read_pair(None) is None
    assert read_pair("checkout") is None
    assert read_pair("a~b~c") is None
