"""The rules of docs/architecture.md that code can break without any other test noticing."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.tools import REPOSITORY

PACKAGES = {"spanhouse", "ui", "query", "collector", "storage"}
CODE_FOLDERS = [*sorted(PACKAGES), "instrumentation", "tests", "bench"]
MOST_LINES = 400
# Names that say nothing about what is inside.
DUMPING_GROUNDS = {"utils", "util", "common", "helpers", "helper", "misc", "lib", "shared"}

MODULES = sorted(path for folder in CODE_FOLDERS for path in (REPOSITORY / folder).rglob("*.py"))


def relative(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def test_there_are_modules_to_look_at() -> None:
    assert {path.relative_to(REPOSITORY).parts[0] for path in MODULES} >= PACKAGES


def test_imports_point_one_way() -> None:
    checked = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_instrumentation_imports_nothing_of_the_server() -> None:
    for path in (REPOSITORY / "instrumentation" / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            assert not {name.partition(".")[0] for name in names} & PACKAGES, relative(path)


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_module_is_small_and_named_after_what_it_holds(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= MOST_LINES
    parts = {part.removesuffix(".py") for part in path.relative_to(REPOSITORY).parts}
    assert not parts & DUMPING_GROUNDS


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "__init__.py"], ids=relative)
def test_init_holds_no_code(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert len(tree.body) == (1 if ast.get_docstring(tree) else 0)


@pytest.mark.parametrize(
    "path", [path for path in MODULES if relative(path).startswith(tuple(PACKAGES))], ids=relative
)
def test_module_says_what_it_owns(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_the_wheel_holds_exactly_the_five_packages(tmp_path: Path) -> None:
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"),
            *("--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), "."),
        ],
        cwd=REPOSITORY,
        check=True,
    )
    (wheel,) = tmp_path.glob("spanhouse-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    top = {name.partition("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == PACKAGES
    for needed in (
        "storage/sql/otlp.proto",
        "storage/sql/migrations/0001_spans.sql",
        "spanhouse/static/docs.html",
        "ui/templates/error.html",
    ):
        assert needed in names
    assert not [name for name in names if name.endswith((".pyc", ".block", ".otlp"))]
