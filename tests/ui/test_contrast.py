"""Every pair of tokens that meets on a page, in both themes, against WCAG 2.2 AA."""

from __future__ import annotations

import colorsys
import re
from itertools import product

import pytest

from ui.assets import STATIC_DIRECTORY
from ui.palette import HUE_COUNT

TEXT, GRAPHICS = 4.5, 3.0
SURFACES = ("surface", "raised", "sunken")
HUES = tuple(f"hue-{i}" for i in range(HUE_COUNT))
PAIRS = (
    *((ink, on, TEXT) for ink, on in product(("ink", "muted", "accent", "trouble"), SURFACES)),
    ("on-accent", "accent", TEXT),
    ("on-trouble", "trouble", TEXT),
    ("accent", "accent-soft", TEXT),
    ("ink", "accent-soft", TEXT),
    ("trouble", "trouble-soft", TEXT),
    *(("worse", on, TEXT) for on in (*SURFACES, "worse-soft")),
    *((line, on, GRAPHICS) for line, on in product(("link-ok", "control", "trouble"), ("surface", "raised"))),
    *((hue, on, GRAPHICS) for hue, on in product(HUES, SURFACES)),
    *((f"series-{name}", "surface", GRAPHICS) for name in ("p50", "p95", "p99", "calls", "server", "gap")),
)


def tokens(theme: int) -> dict[str, str]:
    css = (STATIC_DIRECTORY / "base.css").read_text()
    found = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6})(?:[0-9a-f]{2})?, (#[0-9a-f]{6})", css)
    return {name: (light, dark)[theme] for name, light, dark in found}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_all_pairs_of_tokens_have_enough_contrast(theme: int) -> None:
    colours = tokens(theme)
    weak = {
        f"{ink} on {on}": round(contrast(colours[ink], colours[on]), 2)
        for ink, on, least in PAIRS
        if contrast(colours[ink], colours[on]) < least
    }
    assert weak == {}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_red_belongs_to_trouble_alone(theme: int) -> None:
    for name, colour in tokens(theme).items():
        red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        angle, _, saturation = colorsys.rgb_to_hls(red, green, blue)
        is_red = saturation > 0.25 and (angle * 360 < 20 or angle * 360 > 335)
        assert is_red <= ("trouble" in name), f"{name} {colour}"
        assert is_red or name != "trouble"
