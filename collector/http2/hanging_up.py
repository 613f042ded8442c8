"""How a connection ends so that the peer reads to the end what it was told."""

from __future__ import annotations

import asyncio

_HEARD_OUT_SECONDS = 1.0


def hang_up(transport: asyncio.Transport) -> None:
    """Says that nothing more is sent; closes when the peer does, or after a moment.

    A socket that is closed with something unread is reset, and the peer loses what it has not read yet:
    answers, and why it has to go. Whoever has the transport reads on and throws away.
    """
    if transport.can_write_eof():
        transport.write_eof()
        asyncio.get_running_loop().call_later(_HEARD_OUT_SECONDS, transport.abort)
    else:
        # TLS says good-bye by itself, and reads on until the peer does.
        transport.close()
