"""Certificate files for listeners. Reads them when a listener starts, so a renewed file needs a restart."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import grpc


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

    def grpc_credentials(self) -> grpc.ServerCredentials:
        """Credentials for a gRPC port.

        Raises:
            OSError: A file cannot be read.
        """
        return grpc.ssl_server_credentials(
            [(self.private_key.read_bytes(), self.certificate.read_bytes())],
            root_certificates=self.client_ca.read_bytes() if self.client_ca else None,
            require_client_auth=self.client_ca is not None,
        )

    def uvicorn_options(self) -> dict[str, object]:
        """The same as keyword arguments of `uvicorn.Config`."""
        return {
            "ssl_certfile": str(self.certificate),
            "ssl_keyfile": str(self.private_key),
            "ssl_ca_certs": str(self.client_ca) if self.client_ca else None,
            "ssl_cert_reqs": ssl.CERT_REQUIRED if self.client_ca else ssl.CERT_NONE,
        }
