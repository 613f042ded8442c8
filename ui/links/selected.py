"""What is selected on a link's page, read from its URL and put into words.

The parameters are those of the API's selection, so that a page and its API call differ in their path only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from query.causes.selection import Selection
from query.model.cause import LinkSelection, What
from query.model.search import SearchError
from query.model.window import Window, parse_time
from ui.charts.heatmap import Box
from ui.errors import BadParameter
from ui.formats import absolute, duration

WHATS: dict[str, What] = {"slow": "slow", "failing": "failing"}
NAMES = ("select", "selected_start", "selected_end", "min_duration_ms", "max_duration_ms")
_LONGEST_MS = 1e12


@dataclass(frozen=True, slots=True)
class Selected:
    """A selection as the URL has it.

    Attributes:
        selection: What is asked.
        written: Its parameters as they were written; none when the page chose it.
    """

    selection: Selection
    written: dict[str, str]

    @property
    def words(self) -> str:
        """The selected calls in a sentence: `the slowest 5 %`, `failing calls`, `calls of 80 ms and more`."""
        chosen = self.selection
        parts = {"slow": "the slowest 5 %", "failing": "failing calls", None: "calls"}[chosen.what]
        least, most = chosen.min_duration_ms, chosen.max_duration_ms
        if least is not None and most is not None:
            parts += f" of {duration(least)} to {duration(most)}"
        elif least is not None:
            parts += f" of {duration(least)} and more"
        elif most is not None:
            parts += f" shorter than {duration(most)}"
        if chosen.window:
            start, end = (
                absolute(time_ns)[11:19] for time_ns in (chosen.window.start_ns, chosen.window.end_ns)
            )
            parts += f", {start} – {end} UTC"
        return parts

    def is_just(self, what: str) -> bool:
        """Whether nothing but this one word is selected."""
        return self.selection == Selection(WHATS[what])

    @property
    def cut_out(self) -> bool:
        """Whether it is a part of the heatmap and not just a word."""
        return not (self.is_just("slow") or self.is_just("failing"))


def read_selected(
    read: Callable[[str], str | None], otherwise: What, window: Window, now_ns: int
) -> Selected:
    """Reads the selection.

    Args:
        read: A parameter of the URL by name.
        otherwise: What is selected when nothing is said.
        window: The page's window.
        now_ns: The current time.

    Raises:
        BadParameter: A parameter makes no sense.
        query.model.window.WindowError: A time cannot be read.
    """
    written = {name: value.strip() for name in NAMES if (value := read(name) or "").strip()}
    if not written:
        return Selected(Selection(otherwise), {})
    what = written.get("select")
    if what is not None and what not in WHATS:
        raise BadParameter(f"select is {what[:40]!r}, but must be slow or failing.")
    start, end = written.get("selected_start"), written.get("selected_end")
    part = None
    if start or end:
        part = Window(
            parse_time(start, now_ns) if start else window.start_ns,
            parse_time(end, now_ns) if end else window.end_ns,
        )
        if max(part.start_ns, window.start_ns) >= min(part.end_ns, window.end_ns):
            raise BadParameter("The selected time lies outside the window.")
    try:
        chosen = Selection(
            what=WHATS[what] if what else None,
            window=part,
            min_duration_ms=_milliseconds(written, "min_duration_ms"),
            max_duration_ms=_milliseconds(written, "max_duration_ms"),
        )
    except SearchError as error:
        raise BadParameter(str(error)) from None
    return Selected(chosen, written)


def box_of(selected: Selected, window: Window, p95_ms: float | None) -> Box | None:
    """The selection as a frame on the heatmap; None when it is no part of it (failing calls are anywhere)."""
    chosen = selected.selection
    if not selected.written or chosen.what == "failing":
        return None
    part = chosen.window or window
    from_ms = p95_ms if chosen.what == "slow" and chosen.min_duration_ms is None else chosen.min_duration_ms
    return Box(part.start, part.end, from_ms, chosen.max_duration_ms)


def selection_sentence(found: LinkSelection, words: str, callee: str, caller: str) -> str:
    """What tells the selected calls from the rest, as one sentence."""
    if not found.selected.looked_at:
        return f"No calls to look at among {words}."
    if not found.rest.looked_at:
        return "All calls of the window are selected: there is no rest to compare with."
    if not found.differences:
        return "No attribute value is surely more frequent among them than among the rest."
    first = found.differences[0]
    who = caller if first.side == "caller" else callee
    value = f"{first.key} = {first.value}" if first.value is not None else f"no {first.key}"
    shares = (f"{share * 100:.0f} %" for share in (first.selected_share, first.rest_share))
    return "{} of them have {value} ({who}), of the rest {}.".format(*shares, value=value, who=who)


def _milliseconds(written: dict[str, str], name: str) -> float | None:
    if name not in written:
        return None
    try:
        value = float(written[name])
    except ValueError:
        value = -1.0
    if not 0 <= value <= _LONGEST_MS:
        raise BadParameter(f"{name} is {written[name][:40]!r}, but must be a number of milliseconds.")
    return value
