"""Certificate files for listeners. Reads them when a listener starts, so a renewed file needs a restart."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files of one listener.

    Attributes:
        certificate: The server's certificate, with its chain.
        private_key: Its unencrypted key.
        client_ca: When set, clients must show a certificate signed by it (mutual TLS).
    """

    certificate: Path
    private_key: Path
    client_ca: Path | None = None

    def http2_context(self) -> ssl.SSLContext:
        """For the gRPC listener.

        Raises:
            OSError: A file cannot be read or is no certificate.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificate, self.private_key)
        if self.client_ca:
            context.load_verify_locations(self.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        context.set_alpn_protocols(["h2"])
        return context

    def uvicorn_options(self) -> dict[str, object]:
        """The same as keyword arguments of `uvicorn.Config`."""
        return {
            "ssl_certfile": str(self.certificate),
            "ssl_keyfile": str(self.private_key),
            "ssl_ca_certs": str(self.client_ca) if self.client_ca else None,
            "ssl_cert_reqs": ssl.CERT_REQUIRED if self.client_ca else ssl.CERT_NONE,
        }
