"""Tells clients, and the log, why a TLS handshake failed; event loops of Python tell neither.

asyncio and uvloop drop the connection when OpenSSL refuses a client, with the alert that says why still in
their buffer: a sender without a certificate sees a connection that closes for no reason.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

QUIET_SECONDS = 10.0
"""Between two messages: whoever can connect can make a handshake fail."""


class HandshakeFailures:
    """Logs failures of one listener, not each of many.

    Args:
        clock: Seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told_at = float("-inf")
        self._untold = 0

    def note(self, error: ssl.SSLError) -> None:
        """One handshake failed."""
        now = self._clock()
        if now - self._told_at < QUIET_SECONDS:
            self._untold += 1
            return
        more = f" ({self._untold} more before it)" if self._untold else ""
        logger.info("a client's TLS handshake failed: %s%s", getattr(error, "reason", None) or error, more)
        self._told_at, self._untold = now, 0


class ExplainingContext(ssl.SSLContext):
    """A listener's context whose failed handshakes send their alert before the connection is dropped."""

    def __init__(self, protocol: int) -> None:  # `__new__` takes it
        super().__init__()
        self._failures = HandshakeFailures()

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """What event loops call for each connection."""
        wrapped = super().wrap_bio(incoming, outgoing, server_side, server_hostname, session)
        assert isinstance(wrapped, _Handshake)
        wrapped.outgoing, wrapped.failures = outgoing, self._failures
        return wrapped


class _Handshake(ssl.SSLObject):
    """Says "more is needed" once when it has failed: the loop then sends what there is to send."""

    outgoing: ssl.MemoryBIO
    failures: HandshakeFailures
    _failed = False

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            if self._failed:
                raise
            self._failed = True
            self.failures.note(error)
            # What never was TLS gets no alert.
            if not self.outgoing.pending:
                raise
            raise ssl.SSLWantReadError from error


ExplainingContext.sslobject_class = _Handshake
