from __future__ import annotations

from jinja2 import Environment

from ui.assets import Assets
from ui.rendering import Renderer
from ui.warming import warm_up_steps


def compiled(renderer: Renderer) -> set[str]:
    """Templates that the next page need not compile."""
    environment: Environment = renderer._environment
    assert environment.cache is not None
    return {str(name) for _, name in environment.cache}


def test_afterwards_no_page_compiles_anything_or_compresses_anything() -> None:
    assets = Assets()
    renderer = Renderer(assets)
    assert not compiled(renderer)
    for step in warm_up_steps(renderer, assets):
        step()
    assert compiled(renderer) == set(renderer.template_names)
    assert "map.html" in renderer.template_names
    assert set(assets._read) == set(assets.keys)


def test_the_map_and_the_trace_page_come_first() -> None:
    assets = Assets()
    renderer = Renderer(assets)
    for step in warm_up_steps(renderer, assets)[: len(renderer.template_names) // 2]:
        step()
    assert {"base.html", "map.html", "map_picture.html", "trace.html", "trace_rows.html"} <= compiled(
        renderer
    )
    assert "compare.html" not in compiled(renderer)
