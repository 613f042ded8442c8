"""The main program of every process of the shop: `python -m spanhouse_shop.child NAME …`.

Started by the supervisor only. Starts tracing where the member is traced, runs the member's service until
SIGTERM or until the supervisor is gone, then sends what is still buffered.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import logging
import signal
from collections.abc import Sequence

from spanhouse_shop.context import ServiceContext
from spanhouse_shop.lifeline import hold_lifeline
from spanhouse_shop.roster import Member, member_named
from spanhouse_shop.story import Story

# One line on standard output tells the supervisor that the service answers.
READY_LINE = "ready"


def child_arguments(member: Member, story: Story, ports: dict[str, int]) -> list[str]:
    """The command line, after the interpreter's, that makes a process `member`.

    Args:
        member: who the process is.
        story: the story all processes share.
        ports: the port of every member, by name.
    """
    peers = [f"--peer={name}={ports[name]}" for name in member.calls]
    return [
        "-m",
        "spanhouse_shop.child",
        member.name,
        f"--port={ports[member.name]}",
        f"--seed={story.seed}",
        f"--rate={story.visits_per_second!r}",
        f"--slow-after={story.slow_after_seconds!r}",
        f"--fail-after={story.fail_after_seconds!r}",
        *peers,
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Be one process of the shop."""
    parser = argparse.ArgumentParser(prog="spanhouse_shop.child")
    parser.add_argument("name")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--peer", action="append", default=[])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--slow-after", type=float, required=True)
    parser.add_argument("--fail-after", type=float, required=True)
    options = parser.parse_args(arguments)
    hold_lifeline()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # Every retry of an export is a warning of its own; what counts is the error when a batch is given up.
    logging.getLogger("opentelemetry.exporter").setLevel(logging.ERROR)
    peer_ports = {name: int(port) for name, port in (peer.split("=") for peer in options.peer)}
    story = Story(options.seed, options.rate, options.slow_after, options.fail_after)
    member = member_named(options.name)
    if not member.traced:
        asyncio.run(_serve(member, story, options.port, peer_ports))
        return
    # Imported here so that an untraced process does not hold an SDK.
    from spanhouse_shop.telemetry import start_tracing

    provider = start_tracing()
    try:
        asyncio.run(_serve(member, story, options.port, peer_ports))
    finally:
        provider.shutdown()


async def _serve(member: Member, story: Story, port: int, peer_ports: dict[str, int]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    service = importlib.import_module(member.module)
    await service.run(ServiceContext(story, port, peer_ports, stop, _announce_ready))


def _announce_ready() -> None:
    print(READY_LINE, flush=True)


if __name__ == "__main__":
    main()
