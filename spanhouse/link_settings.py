"""When a link is slow, failing or quiet, as settings; their defaults are the query side's own."""

from __future__ import annotations

import re
from dataclasses import replace

from pydantic import Field

from query.links.settings import LinkSettings, Objective
from spanhouse.setting_group import SettingError, SettingGroup

_LINKS = LinkSettings()
_OBJECTIVE = re.compile(r"^(?P<caller>.+?)>(?P<callee>.+?):(?P<promises>[^:]+)$")
_PROMISE = re.compile(r"^\s*(?P<name>p95_ms|error_rate)\s*=\s*(?P<value>\d+(\.\d+)?)\s*$")


class LinkStatusSettings(SettingGroup):
    """State of links."""

    quiet_below_calls: int = Field(
        _LINKS.quiet_below_calls,
        ge=1,
        description="A link with fewer calls in the window is quiet, never red.",
    )
    failing_error_rate: float = Field(
        _LINKS.failing_error_rate,
        gt=0,
        lt=1,
        description="A link is failing when the share of failed calls is surely above this.",
    )
    slow_ratio: float = Field(
        _LINKS.slow_ratio, gt=1, description="A link is slow when its p95 is this many times its baseline…"
    )
    slow_excess_ms: float = Field(
        _LINKS.slow_excess_ms, ge=0, description="… and this many milliseconds above it."
    )
    recovered_ratio: float = Field(
        _LINKS.recovered_ratio, ge=1, description="Once slow, a link stays so until p95 is below this ratio."
    )
    baseline_seconds: int = Field(
        _LINKS.baseline_seconds, ge=60, description="How far before the window the baseline reaches."
    )
    baseline_calls: int = Field(_LINKS.baseline_calls, ge=1, description="Fewest calls that make a baseline.")
    late_seconds: int = Field(
        _LINKS.late_seconds,
        ge=0,
        description="How long a caller's span waits for its callee's before the call counts as one to "
        "something that sends no spans.",
    )
    late_answered_seconds: int = Field(
        _LINKS.late_answered_seconds,
        ge=0,
        description="The same where other calls of that caller to that address were answered; not shorter "
        "than what SDKs wait between two batches (5 s by default).",
    )
    virtual_nodes: int = Field(
        _LINKS.virtual_nodes,
        ge=1,
        description="Most databases, queues and external hosts each that an answer names; the smallest "
        "beyond them are one node, `other external`.",
    )
    objectives: str = Field(
        "",
        description="What links promise, instead of a baseline: `caller>callee:p95_ms=200,error_rate=0.01`, "
        "several separated by semicolons; * is any service.",
    )

    def link_settings(self) -> LinkSettings:
        """The same as the query side takes them.

        Raises:
            SettingError: `objectives` cannot be read.
        """
        numbers = {
            name: getattr(self, name) for name in LinkStatusSettings.model_fields if name != "objectives"
        }
        return replace(_LINKS, objectives=parse_objectives(self.objectives), **numbers)


def parse_objectives(text: str) -> dict[tuple[str, str], Objective]:
    """Reads `caller>callee:p95_ms=200,error_rate=0.01; *>bank:p95_ms=100`.

    Raises:
        SettingError: A part is not of this form, or a rate is not below 1.
    """
    found = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        matched = _OBJECTIVE.match(part)
        promises = [_PROMISE.match(promise) for promise in matched["promises"].split(",")] if matched else []
        values = {promise["name"]: float(promise["value"]) for promise in promises if promise}
        if not matched or len(values) != len(promises) or values.get("error_rate", 0) >= 1:
            raise SettingError(
                f"--objectives: {part[:80]!r} is not of the form caller>callee:p95_ms=200,error_rate=0.01"
            )
        pair = matched["caller"].strip(), matched["callee"].strip()
        found[pair] = Objective(values.get("p95_ms"), values.get("error_rate"))
    return found
