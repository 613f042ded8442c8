"""Certificate files for listeners. Reads them when a listener starts, so a renewed file needs a restart."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from collector.tls_handshake import ExplainingContext


class UnusableTlsFiles(Exception):
    """Certificate files that no listener can use; the message names the file and what is wrong with it."""


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

    def check(self) -> None:
        """Read the files, so that what is wrong with them is said before anything starts.

        Raises:
            UnusableTlsFiles: One is missing, is not what it should be, or does not fit the others.
        """
        for path in filter(None, (self.certificate, self.private_key, self.client_ca)):
            try:
                path.read_bytes()
            except OSError as error:
                raise UnusableTlsFiles(f"cannot read {path}: {error.strerror}") from None
        try:
            TlsFiles(self.certificate, self.private_key).http2_context()
        except ssl.SSLError as error:
            if error.reason == "KEY_VALUES_MISMATCH":
                problem = f"{self.private_key} is not the key of {self.certificate}"
            else:
                pair = f"{self.certificate} and {self.private_key}"
                problem = f"{pair} are not a PEM certificate and its unencrypted PEM key"
            raise UnusableTlsFiles(problem) from None
        try:
            self.http2_context()
        except ssl.SSLError:
            raise UnusableTlsFiles(f"{self.client_ca} holds no PEM certificate") from None

    def http2_context(self) -> ssl.SSLContext:
        """For the gRPC listener.

        Raises:
            OSError: A file cannot be read or is no certificate.
        """
        return self._context("h2")

    def http1_context(self) -> ssl.SSLContext:
        """For HTTP listeners.

        Raises:
            OSError: A file cannot be read or is no certificate.
        """
        return self._context("http/1.1")

    def _context(self, protocol: str) -> ssl.SSLContext:
        context = ExplainingContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # With a password, though an empty one, OpenSSL does not ask for one at the terminal.
        context.load_cert_chain(self.certificate, self.private_key, password="")
        if self.client_ca:
            context.load_verify_locations(self.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        context.set_alpn_protocols([protocol])
        return context
