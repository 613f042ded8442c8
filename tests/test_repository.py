"""What must not be in any tracked file: addresses of package registries, places on one machine, secrets."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.tools import REPOSITORY

# Put together here, so that this file does not hold what it looks for.
REGISTRIES = ("registry.npmjs" + ".org", "pypi" + ".org", "pythonhosted" + ".org", "deb.debian" + ".org")
PLACES = re.compile(r"(?<![\w.~/])/(?:work|root|home/\w+|Users/\w+)" + r"/[\w.]")
SECRETS = re.compile(
    "|".join(
        ("-----BEGIN [A-Z ]*PRIVATE" + " KEY", "AKIA" + "[0-9A-Z]{16}", "gh[pousr]_" + "[A-Za-z0-9]{36}")
    )
)
LARGEST_BYTES = 1024 * 1024


def tracked_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    return [name for name in listed.stdout.split("\0") if name and (REPOSITORY / name).is_file()]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    names = tracked_files()
    if not names:
        pytest.skip("not a git working tree")
    return {name: (REPOSITORY / name).read_bytes().decode("utf-8", "replace") for name in names}


def test_no_addresses_of_registries(texts: dict[str, str]) -> None:
    assert [name for name, text in texts.items() if any(host in text for host in REGISTRIES)] == []


def test_no_absolute_paths(texts: dict[str, str]) -> None:
    found = {name: PLACES.search(text) for name, text in texts.items()}
    assert {name: match.group() for name, match in found.items() if match} == {}


def test_no_secrets(texts: dict[str, str]) -> None:
    assert [name for name, text in texts.items() if SECRETS.search(text)] == []


def test_no_large_files(texts: dict[str, str]) -> None:
    assert [name for name in texts if (REPOSITORY / name).stat().st_size > LARGEST_BYTES] == []
