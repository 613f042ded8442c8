"""Numbers the links that rows are about, so that names are compared once. Pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from query.links.aggregate import LINK


def numbered(rows: pl.DataFrame) -> tuple[pl.DataFrame, npt.NDArray[np.int64]]:
    """The links of these rows by name, columns `Caller`, `Callee` and `Kind`, and of each row its link."""
    links = rows.select(LINK).unique().sort(LINK)
    places = rows.select(LINK).join(links.with_row_index("place"), on=LINK, how="left", maintain_order="left")
    return links, places["place"].to_numpy().astype(np.int64)
