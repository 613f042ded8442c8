"""What the person who started the shop reads on standard error, one line at a time."""

from __future__ import annotations

from typing import TextIO

_MAX_REMEMBERED = 200


class Voice:
    """Writes the story and the children's words to one stream."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._relayed: set[tuple[str, str]] = set()

    def say(self, line: str) -> None:
        """Write one line of the supervisor's own."""
        print(f"shop: {line}", file=self._stream, flush=True)

    def say_at(self, offset_seconds: float, line: str) -> None:
        """Write one line of the story with its moment."""
        self.say(f"{offset_seconds:g} s: {line}")

    def relay(self, name: str, line: str) -> None:
        """Write a child's line, the first time it says it.

        An exporter without a receiver says the same thing every few seconds in every process.
        """
        if not line or (name, line) in self._relayed or len(self._relayed) >= _MAX_REMEMBERED:
            return
        self._relayed.add((name, line))
        print(f"shop [{name}] {line}", file=self._stream, flush=True)
