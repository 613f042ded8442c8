"""What the map says: one sentence over the picture, one per link and node for hovering and screen readers.

Pure text; templates escape it and make the named links clickable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from query.model.link import DependencyLink, MapNode
from ui.formats import count, duration, multiple, named, percent, plural, rate

_RANK = {"failing": 0, "slow": 1, "ok": 2, "quiet": 3}
_NAMED = 2


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence; `link` names the dependency link it is about, if any."""

    text: str
    link: DependencyLink | None = None


def in_trouble(link: DependencyLink) -> bool:
    """Whether the link is drawn red."""
    return link.status in ("slow", "failing")


def worst_first(links: Sequence[DependencyLink]) -> list[DependencyLink]:
    """Failing by error rate, slow by how many times their baseline, then the rest by p95; quiet last."""
    return sorted(links, key=lambda link: (_RANK[link.status], -_badness(link), link.caller, link.callee))


def baseline_multiple(link: DependencyLink) -> float | None:
    """How many times its baseline the link's p95 is; None when either is unknown."""
    observed, baseline = link.observed_ms, link.baseline_p95_ms
    return observed.p95 / baseline if observed and baseline else None


def map_sentence(links: Sequence[DependencyLink], phrase: str) -> list[Part]:
    """The state of all links in one sentence.

    Args:
        links: All links of the window.
        phrase: The window in words, `last 15 minutes`.
    """
    troubled = [link for link in worst_first(links) if in_trouble(link)]
    if not troubled:
        quiet = sum(link.status == "quiet" for link in links)
        calls = plural(sum(link.calls for link in links), "call")
        if quiet == len(links):
            return [Part(f"Too few calls to judge any of {plural(quiet, 'link')} ({phrase}, {calls}).")]
        if quiet:
            normal = plural(len(links) - quiet, "link looks", "links look")
            return [Part(f"{normal} normal, {quiet} had too few calls to judge ({phrase}, {calls}).")]
        whole = f"All {len(links)} links look" if len(links) > 1 else "The only link looks"
        return [Part(f"{whole} normal ({phrase}, {calls}).")]
    if len(troubled) == 1:
        one = troubled[0]
        return [
            Part(f"1 of {plural(len(links), 'link')} is {one.status}: "),
            Part(f"{named(one.caller)} → {named(one.callee)}", one),
            Part(f", {trouble_figures(one)}."),
        ]
    states = " or ".join(
        status for status in ("failing", "slow") if any(t.status == status for t in troubled)
    )
    parts = [Part(f"{len(troubled)} of {len(links)} links are {states}: ")]
    for i, one in enumerate(troubled[:_NAMED]):
        parts += [Part("; " if i else ""), Part(f"{named(one.caller)} → {named(one.callee)}", one)]
        parts.append(Part(f" ({trouble_figures(one)})"))
    more = len(troubled) - _NAMED
    parts.append(Part(f" and {more} more." if more > 0 else "."))
    return parts


def trouble_figures(link: DependencyLink) -> str:
    """The figures that make a link red: `p95 812 ms, 5.1× its baseline` or `8.2 % of 1,180 calls failed`."""
    if link.status == "failing":
        return f"{percent(link.error_rate)} of {plural(link.calls, 'call')} failed"
    observed = link.observed_ms
    text = f"p95 {duration(observed.p95)}" if observed else "p95 unknown"
    times = baseline_multiple(link)
    return f"{text}, {multiple(times)} its baseline" if times and times > 1 else text


def chip_lines(link: DependencyLink) -> tuple[str, str]:
    """The two figures on a red link: p95 and its multiple, or the error rate."""
    if link.status == "failing":
        return percent(link.error_rate), "errors"
    times = baseline_multiple(link)
    observed = link.observed_ms
    return duration(observed.p95 if observed else None), multiple(times) if times else "slow"


def calm_label(link: DependencyLink) -> str:
    """The label of a link that is not red: `48 ms · 10.9/s`."""
    observed = link.observed_ms
    return (
        f"{duration(observed.p95)} · {rate(link.calls_per_second)}"
        if observed
        else rate(link.calls_per_second)
    )


def describe_link(link: DependencyLink) -> str:
    """All about a link in one line, for hovering and for screen readers."""
    observed = link.observed_ms
    state = {
        "slow": "slow",
        "failing": "failing",
        "quiet": "quiet, too few calls to judge",
        "ok": "looks normal",
    }
    facts = [
        f"{plural(link.calls, 'call')} ({rate(link.calls_per_second)})",
        f"{percent(link.error_rate)} errors",
    ]
    if observed:
        facts.insert(0, f"p95 {duration(observed.p95)}")
    reasons = "; ".join(link.reasons) if in_trouble(link) else ""
    return (
        f"{link.caller} to {link.callee}, {link.kind}: {state[link.status]}."
        + (f" {reasons}." if reasons else "")
        + f" {', '.join(facts)}."
    )


def describe_node(node: MapNode) -> str:
    """All about a node in one line."""
    kind = {"messaging": "queue", "user": "users"}.get(node.kind, node.kind)
    text = f"{node.service}, {kind}"
    if node.kind != "service" and node.kind != "user":
        text += ", seen only from its callers"
    if node.calls:
        text += f": {plural(node.calls, 'call')} ({rate(node.calls_per_second)})"
        text += f", {percent(node.error_rate)} errors"
        if node.server_ms:
            text += f", p95 {duration(node.server_ms.p95)}"
    return text + "."


def totals(links: Sequence[DependencyLink], nodes: Sequence[MapNode]) -> str:
    """How much the picture holds: `16 services and stores, 18 links, 72,401 calls`."""
    services = sum(node.kind == "service" for node in nodes)
    others = sum(node.kind in ("database", "messaging", "external") for node in nodes)
    text = plural(services, "service")
    if others:
        text += f", {count(others)} seen only from their callers"
    return f"{text}, {plural(len(links), 'link')}, {plural(sum(link.calls for link in links), 'call')}"


def _badness(link: DependencyLink) -> float:
    if link.status == "failing":
        return link.error_rate
    if link.status == "slow":
        return baseline_multiple(link) or 1.0
    return link.observed_ms.p95 if link.observed_ms else 0.0
