"""What the first page of a kind would wait for, as steps that can be done before anybody asks for one.

Templates are compiled when they are first filled, plotly's classes are loaded when they are first named,
files are compressed when they are first sent. The composition root does the steps when it has time; a page
that comes earlier does its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ui.assets import Assets
from ui.charts.figure import load_charts
from ui.rendering import Renderer

Step = Callable[[], object]
# The pages that most people open first.
_FIRST = ("map.html", "trace.html")


def warm_up_steps(renderer: Renderer, assets: Assets) -> list[Step]:
    """Steps of some milliseconds each, what is wanted first at the front; any of them may be left out."""
    templates = sorted(renderer.template_names, key=lambda name: (not _is_part_of_first(name), name))
    return [
        *(partial(renderer.compile, name) for name in templates),
        load_charts,
        *(partial(assets.get, key) for key in assets.keys),
    ]


def _is_part_of_first(name: str) -> bool:
    """Whether the map or the trace page is made of it, which the parts' names say."""
    shared = ("base.html", "header.html", "icons.html", "macros.html", "link_rows.html")
    return name in shared or name.startswith(tuple(first.removesuffix(".html") for first in _FIRST))
