"""What the distribution may import: it lives in users' processes, so nothing of the server."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
SERVER = {"spanhouse", "ui", "query", "collector", "storage"}


def _imports(package: str) -> Iterator[tuple[Path, str]]:
    for path in sorted((SOURCE / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name.partition(".")[0]) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield path, (node.module or "").partition(".")[0]


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("spanhouse_shop", SERVER),
        # The distro comes without the shop's libraries and must not need them.
        ("spanhouse_distro", SERVER | {"spanhouse_shop", "fastapi", "grpc", "httpx", "uvicorn"}),
    ],
)
def test_no_forbidden_import(package: str, forbidden: set[str]) -> None:
    imports = list(_imports(package))
    assert imports
    assert not [(path.name, name) for path, name in imports if name in forbidden]
