"""Ingest keys: who may send. Pure: compares hashes, stores and reads nothing."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping

KEY_HEADER = "x-spanhouse-key"
"""Alternative to `authorization: Bearer KEY`, for clients that cannot set that header."""

_HEX_DIGITS = 64


def hash_key(key: str) -> str:
    """The form in which keys are configured: SHA-256 as 64 hex digits.

    Keys are random, so a plain hash is enough: there is no dictionary to try.
    """
    return hashlib.sha256(key.encode()).hexdigest()


class KeyRing:
    """The keys that may send.

    Args:
        hashes: Results of `hash_key`; none at all lets everyone in.

    Raises:
        ValueError: A hash is not 64 hex digits (a key was configured instead of its hash, for instance).
    """

    def __init__(self, hashes: Iterable[str] = ()) -> None:
        self._hashes = [self._parse(text) for text in hashes]

    @property
    def required(self) -> bool:
        """Whether clients must show a key."""
        return bool(self._hashes)

    def admits(self, headers: Mapping[str, str]) -> bool:
        """Tell whether a request with these headers may send.

        Args:
            headers: Names in lower case; `authorization` and `x-spanhouse-key` are read.
        """
        if not self._hashes:
            return True
        shown = hashlib.sha256(self._read(headers)).digest()
        # No early exit: the time taken tells neither whether nor which key matched.
        return sum(hmac.compare_digest(shown, known) for known in self._hashes) > 0

    @staticmethod
    def _parse(text: str) -> bytes:
        digits = text.strip().lower()
        if len(digits) != _HEX_DIGITS or any(char not in "0123456789abcdef" for char in digits):
            raise ValueError("an ingest key must be given as its SHA-256 hash in 64 hex digits")
        return bytes.fromhex(digits)

    @staticmethod
    def _read(headers: Mapping[str, str]) -> bytes:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return _as_sent(token.strip())
        return _as_sent(headers.get(KEY_HEADER, ""))


def _as_sent(text: str) -> bytes:
    """The bytes of a header's value, which listeners read as Latin-1."""
    return text.encode("latin-1", "backslashreplace")
