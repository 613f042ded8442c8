"""What the distro may import: it is installed without the shop's extra and must not need it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
SHOP_ONLY = {"spanhouse_shop", "fastapi", "grpc", "httpx", "uvicorn"}


def _imports(package: str) -> Iterator[str]:
    for path in (SOURCE / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield (node.module or "").partition(".")[0]


def test_the_distro_does_without_the_libraries_of_the_shop() -> None:
    imports = set(_imports("spanhouse_distro"))
    assert "opentelemetry" in imports
    assert not imports & SHOP_ONLY
