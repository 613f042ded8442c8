"""Links are numbered by name, and every row finds its own."""

from __future__ import annotations

import polars as pl

from query.links.aggregate import LINK
from query.links.numbering import numbered


def test_every_row_has_the_number_of_its_link() -> None:
    rows = pl.DataFrame(
        [
            ("web", "cart", "http"),
            ("cart", "db", "database"),
            ("web", "cart", "rpc"),
            ("web", "cart", "http"),
        ],
        schema=LINK,
        orient="row",
    )

    links, places = numbered(rows)

    assert links.rows() == [("cart", "db", "database"), ("web", "cart", "http"), ("web", "cart", "rpc")]
    assert [links.row(place) for place in places.tolist()] == rows.rows()


def test_no_rows_are_no_links() -> None:
    links, places = numbered(pl.DataFrame(schema=dict.fromkeys(LINK, pl.String)))

    assert links.is_empty()
    assert len(places) == 0
