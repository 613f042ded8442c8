from __future__ import annotations

import gc

import pytest

from query.traces.collection import collection_paused


def test_collection_goes_on_afterwards_even_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), collection_paused():
        assert not gc.isenabled()
        with collection_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
        raise ZeroDivisionError
    assert gc.isenabled()
