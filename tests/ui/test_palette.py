from __future__ import annotations

from itertools import combinations
from math import dist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.test_contrast import tokens
from ui.palette import HUE_COUNT, hue, hue_class

DEMO = (
    "storefront",
    "catalog",
    "checkout",
    "inventory",
    "orders-worker",
    "payment",
    "mailer",
    "bank",
    "stock",
)
ASTRONOMY_SHOP = (
    *("accounting", "ad", "cart", "checkout", "currency", "email", "fraud-detection", "frontend"),
    *("frontend-proxy", "image-provider", "load-generator", "payment", "product-catalog", "product-reviews"),
    *("quote", "recommendation", "shipping", "flagd"),
)
USUAL = (
    *("api", "gateway", "auth", "users", "orders", "payments", "inventory", "notifications", "search"),
    *("billing", "web", "worker", "scheduler", "catalog", "cart", "checkout", "shipping", "email"),
)


def shared(names: tuple[str, ...]) -> int:
    """How many names find their colour taken."""
    return len(names) - len({hue(name) for name in names})


def distance(one: str, other: str) -> float:
    """Distance of two colours in OKLab (Ottosson 2020), where equal steps look about equal."""
    return dist(oklab(one), oklab(other))


def oklab(colour: str) -> tuple[float, float, float]:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    medium = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def test_colours_never_change_between_releases() -> None:
    assert [hue(name) for name in ("checkout", "payment", "cart")] == [12, 16, 6]


@given(st.text())
def test_every_name_has_a_colour(name: str) -> None:
    assert 0 <= hue(name) < HUE_COUNT
    assert hue_class(name) == f"hue-{hue(name)}"


def test_names_spread_evenly_over_all_colours() -> None:
    counts = [0] * HUE_COUNT
    for i in range(2400):
        counts[hue(f"service-{i}")] += 1
    assert min(counts) > 60
    assert max(counts) < 140


@pytest.mark.parametrize(("names", "most"), [(DEMO, 0), (ASTRONOMY_SHOP, 3), (USUAL, 2)])
def test_few_of_the_usual_names_share_a_colour(names: tuple[str, ...], most: int) -> None:
    assert shared(names) <= most


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_any_two_colours_can_be_told_apart(theme: int) -> None:
    colours = [tokens(theme)[f"hue-{i}"] for i in range(HUE_COUNT)]
    near = [(a, b) for a, b in combinations(colours, 2) if distance(a, b) < 0.03]
    assert near == []


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_the_demo_has_no_two_colours_that_look_alike(theme: int) -> None:
    colours = [tokens(theme)[hue_class(name)] for name in DEMO]
    assert min(distance(a, b) for a, b in combinations(colours, 2)) > 0.08


def test_a_name_that_is_no_valid_unicode_still_has_a_colour() -> None:
    assert 0 <= hue("broken\udcff") < HUE_COUNT
