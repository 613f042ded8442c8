"""How many calls a span stands for when its trace was sampled at the head. Pure.

W3C trace state `ot=th:T` (OpenTelemetry's consistent probability sampling): T is the rejection threshold in
hexadecimal out of 2^56, trailing zeros left out; the span stands for 2^56 / (2^56 − T) calls. Without it, the
attribute `SampleRate` (1 in N) is used.
"""

from __future__ import annotations

import re

# A sender cannot make one span count for more than this.
MAX_WEIGHT = 1_000_000.0

_THRESHOLD = re.compile(r"(?:^|,)\s*ot=(?:[^,]*;)?th:([0-9a-f]{1,14})(?:[;,]|\s|$)")
_RANGE = 1 << 56


def weight_of(trace_state: str, sample_rate: str = "") -> float:
    """Calls that one span stands for; 1.0 when nothing is said or it makes no sense.

    Args:
        trace_state: The span's W3C trace state, whole.
        sample_rate: The attribute `SampleRate` as text.
    """
    if found := _THRESHOLD.search(trace_state):
        threshold = int(found.group(1).ljust(14, "0"), 16)
        return min(_RANGE / (_RANGE - threshold), MAX_WEIGHT)
    if sample_rate.isascii() and sample_rate.isdigit() and len(sample_rate) <= 9:
        return min(max(float(sample_rate), 1.0), MAX_WEIGHT)
    return 1.0
