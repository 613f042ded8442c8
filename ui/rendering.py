"""Templates to responses: the one place where HTML leaves the process.

Autoescaping is on for every template, characters that do not show are written out, and undefined names are
errors; span data only ever reaches a page through here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from query.model.window import Window, parse_time
from ui import formats, palette, paths
from ui.assets import Assets
from ui.questions import Questions
from ui.security import SECURITY_HEADERS
from ui.time_range import REFRESH_SECONDS, TimeRange, read_time_range, url

TEMPLATE_DIRECTORY = Path(__file__).parent / "templates"
THEME_COOKIE = "spanhouse_theme"
THEMES = ("light", "dark")


class Renderer:
    """Fills templates with what every page shares: the time control, links that keep it, theme, assets."""

    def __init__(self, assets: Assets, directory: Path = TEMPLATE_DIRECTORY) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(directory),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_shown,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            duration=formats.duration,
            rate=formats.rate,
            percent=formats.percent,
            count=formats.count,
            plural=formats.plural,
            multiple=formats.multiple,
            shortened=formats.shortened,
            named=formats.named,
            hue_class=palette.hue_class,
        )
        self._environment.globals.update(
            asset=assets.url,
            own_style_ids=cache(assets.own_style_ids),
            link_path=paths.link_path,
            service_path=paths.service_path,
            pair_text=paths.pair_text,
            refresh_choices=REFRESH_SECONDS,
            absolute=formats.absolute,
            age=formats.age,
            parse_time=parse_time,
        )

    @property
    def template_names(self) -> list[str]:
        """All templates."""
        return self._environment.list_templates()

    def compile(self, template: str) -> None:
        """Does what the first use of a template does."""
        self._environment.get_template(template)

    def text(self, template: str, **context: object) -> str:
        """Fills a template without a request around it: a fragment, or a page under test."""
        return self._environment.get_template(template).render(**context)

    def page(
        self,
        request: Request,
        template: str,
        time_range: TimeRange,
        *,
        status_code: int = 200,
        headers: dict[str, str] | None = None,
        **context: object,
    ) -> HTMLResponse:
        """Fills a page's template.

        Templates see, besides `context`: `time_range`; `theme` (`light`, `dark` or empty for the system's);
        `here` (this page's path); `parameters` (its query string without the time control's own);
        `href(path, **parameters)`, a URL that keeps the time control's choice; and
        `same(**changes)`, this very page with parameters changed.

        Args:
            request: The request being answered.
            template: File name under ui/templates.
            time_range: The page's window.
            status_code: HTTP status.
            headers: Further headers.
            context: Names for the template.
        """
        here = paths.path_as_written(request.scope)
        carried = time_range.carried
        parameters = {
            name: request.query_params.getlist(name)
            for name in request.query_params
            if name not in ("start", "end", "refresh")
        }

        def href(path: str, **wanted: Any) -> str:
            return url(path, **{**wanted, **carried})

        def same(**changes: Any) -> str:
            return url(here, **{**parameters, **carried, **changes})

        html = self.text(
            template,
            time_range=time_range,
            theme=_theme(request),
            here=here,
            parameters=parameters,
            href=href,
            same=same,
            **context,
        )
        return HTMLResponse(
            html,
            status_code=status_code,
            headers={**SECURITY_HEADERS, "Cache-Control": "no-store", **(headers or {})},
        )


@dataclass(frozen=True, slots=True)
class Pages:
    """What every page's handlers are built with.

    Attributes:
        questions: The query side.
        clock_ns: The current time in Unix nanoseconds.
        renderer: Turns templates into responses.
    """

    questions: Questions
    clock_ns: Callable[[], int]
    renderer: Renderer

    def time_range(self, request: Request) -> TimeRange:
        """The page's window, read from its URL.

        Raises:
            query.model.window.WindowError: The URL's times cannot be read; shown as a 422 page.
        """
        read = request.query_params.get
        return read_time_range(read("start"), read("end"), read("refresh"), self.clock_ns())

    def default_time_range(self) -> TimeRange:
        """The default window, for pages that cannot read their own (errors) or need none."""
        now_ns = self.clock_ns()
        return TimeRange(Window(max(0, now_ns - 900 * formats.NS_PER_S), now_ns), "", "", now_ns)


def _shown(value: object) -> object:
    """What a template prints for a value: text from outside never with characters that do not show."""
    # Not `isinstance`: Markup is text of the templates' own.
    return formats.visible(value) if type(value) is str else value


def _theme(request: Request) -> str:
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""
