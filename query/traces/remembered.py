"""Remembers what a function says of a span's attributes, by the attributes it looked at. Pure.

Spans of one trace say the same few things of their calls in attributes that are otherwise all different (ids,
paths, times). Which attributes matter is not listed here: the function's own look-ups are watched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

T = TypeVar("T")

# Values whose text is the same whenever they are equal and of one type (0.0 == -0.0 is not of them).
_PLAIN = frozenset({str, int, bool, type(None)})


class _Watched(Mapping[str, object]):
    """Attributes that note which of them were read."""

    def __init__(self, attributes: Mapping[str, object]) -> None:
        self._attributes = attributes
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> object:
        value = self._attributes[name]
        self.read.add(name)
        return value

    def __iter__(self) -> Iterator[str]:
        self.read.update(self._attributes)
        return iter(self._attributes)

    def __len__(self) -> int:
        return len(self._attributes)


class _Names:
    """Of attributes with the same names: which of them matter, and the answers for their values."""

    __slots__ = ("answers", "matter")

    def __init__(self) -> None:
        self.matter: tuple[str, ...] = ()
        # By the values' types, then by the values: True == 1, yet they read differently.
        self.answers: dict[tuple[type, ...], dict[tuple[object, ...], Any]] = {}


class Remembered(Generic[T]):
    """A function of attributes that is run once for attributes it cannot tell apart.

    Exact: an answer is kept under all values that were read to find it, so attributes with the same names
    and these values take the function down the same way. What an instance keeps lives as long as it does.

    Args:
        function: Deterministic; reads attributes by name.
    """

    def __init__(self, function: Callable[[Mapping[str, object]], T]) -> None:
        self._function = function
        self._by_names: dict[tuple[str, ...], _Names] = {}

    def __call__(self, attributes: Mapping[str, object]) -> T:
        """What the function says of these attributes."""
        names = tuple(attributes)
        known = self._by_names.get(names)
        if known is None:
            known = self._by_names[names] = _Names()
        values = tuple([attributes[name] for name in known.matter])
        answers = known.answers.get(tuple(map(type, values)))
        if answers is not None and values in answers:
            found: T = answers[values]
            return found
        return self._answer(known, attributes)

    def _answer(self, known: _Names, attributes: Mapping[str, object]) -> T:
        watched = _Watched(attributes)
        answer = self._function(watched)
        unknown = watched.read.difference(known.matter)
        if unknown:
            # Answers so far were kept under fewer values, which this one would be mistaken for.
            known.matter += tuple(sorted(unknown))
            known.answers.clear()
        values = tuple(attributes[name] for name in known.matter)
        types = tuple(map(type, values))
        if _PLAIN.issuperset(types):
            known.answers.setdefault(types, {})[values] = answer
        return answer
