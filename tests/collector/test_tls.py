from __future__ import annotations

from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from collector.tls import TlsFiles, UnusableTlsFiles


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    for name in ("a", "b", "locked"):
        issued = authority.issue_cert(name)
        issued.cert_chain_pems[0].write_to_path(directory / f"{name}.crt")
        issued.private_key_pem.write_to_path(directory / f"{name}.key")
    key = serialization.load_pem_private_key((directory / "locked.key").read_bytes(), None)
    (directory / "locked.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    (directory / "text").write_text("no certificate")
    return directory


def test_files_that_belong_together_are_usable(directory: Path) -> None:
    TlsFiles(directory / "a.crt", directory / "a.key").check()
    TlsFiles(directory / "a.crt", directory / "a.key", directory / "b.crt").check()


@pytest.mark.parametrize(
    ("certificate", "key", "client_ca", "said"),
    [
        ("none.crt", "a.key", None, "cannot read .*none.crt: No such file"),
        ("a.crt", "none.key", None, "cannot read .*none.key: No such file"),
        ("a.crt", "a.key", "none.crt", "cannot read .*none.crt: No such file"),
        ("a.crt", "b.key", None, "b.key is not the key of .*a.crt"),
        ("text", "a.key", None, "text and .*a.key are not a PEM certificate and its unencrypted PEM key"),
        ("locked.crt", "locked.key", None, "not a PEM certificate and its unencrypted PEM key"),
        ("a.crt", "a.key", "text", "text holds no PEM certificate"),
    ],
)
def test_other_files_are_named_with_what_is_wrong(
    directory: Path, certificate: str, key: str, client_ca: str | None, said: str
) -> None:
    files = TlsFiles(directory / certificate, directory / key, directory / client_ca if client_ca else None)
    with pytest.raises(UnusableTlsFiles, match=said):
        files.check()
