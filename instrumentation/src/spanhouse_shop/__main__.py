"""The demo shop's command line: `python -m spanhouse_shop`."""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import sys
from collections.abc import Sequence

from spanhouse_shop.story import Story
from spanhouse_shop.supervisor import ShopSettings, Supervisor
from spanhouse_shop.voice import Voice


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the shop; returns the exit code."""
    options = _parser().parse_args(arguments)
    settings = ShopSettings(
        otlp_endpoint=options.otlp_endpoint.rstrip("/"),
        story=Story(options.seed, options.rate, options.slow_after, options.fail_after),
        duration_seconds=options.duration,
        parent_pid=options.parent_pid,
    )
    return asyncio.run(_run(settings))


async def _run(settings: ShopSettings) -> int:
    return await Supervisor(settings, os.environ, Voice(sys.stderr)).run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m spanhouse_shop",
        description="Ten processes under steady traffic: one link turns slow, later another starts failing.",
    )
    parser.add_argument(
        "--otlp-endpoint", default="http://127.0.0.1:4318", help="OTLP/HTTP receiver (default: %(default)s)"
    )
    parser.add_argument(
        "--rate", type=_positive, default=6.0, help="visits per second (default: %(default)g)"
    )
    parser.add_argument("--seed", type=int, default=7, help="same seed, same story (default: %(default)s)")
    parser.add_argument(
        "--slow-after",
        type=_moment,
        default=20.0,
        metavar="SECONDS",
        help="when payment → bank turns slow; inf: never (default: %(default)g)",
    )
    parser.add_argument(
        "--fail-after",
        type=_moment,
        default=60.0,
        metavar="SECONDS",
        help="when checkout → inventory starts failing; inf: never (default: %(default)g)",
    )
    parser.add_argument(
        "--duration",
        type=_length,
        default=0.0,
        metavar="SECONDS",
        help="how long to run; 0: until stopped (default: %(default)g)",
    )
    parser.add_argument(
        "--parent-pid",
        type=int,
        metavar="PID",
        help="process id of the starter: also stop when it is gone, even by SIGKILL (default: not watched)",
    )
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < math.inf:
        raise ValueError(text)
    return value


def _moment(text: str) -> float:
    value = float(text)
    if not value >= 0:
        raise ValueError(text)
    return value


def _length(text: str) -> float:
    value = _moment(text)
    if value == math.inf:
        raise ValueError(text)
    return value


if __name__ == "__main__":
    sys.exit(main())
