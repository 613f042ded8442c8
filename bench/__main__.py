"""`make bench`: the figures the documentation quotes, measured here and now."""

from __future__ import annotations

import argparse

from rich.console import Console

from bench import ingest


def main() -> None:
    """Reads options and runs the ingest measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10, help="length of each measurement")
    options = parser.parse_args()
    ingest.measure(options.rounds, options.seconds, Console())


if __name__ == "__main__":
    main()
