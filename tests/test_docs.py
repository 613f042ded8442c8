"""The documentation names what there is, and nothing that there is not."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from collector.metrics import IngestMetrics, UnpackingMetrics
from query.api.routes import add_api
from spanhouse.cli import app
from spanhouse.health import health_routes
from spanhouse.http_metrics import HttpMetrics
from spanhouse.options import env_name, flag_name
from tests import configuration_reference
from tests.tools import REPOSITORY

DOCS = REPOSITORY / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *REPOSITORY.glob("*.md")])
TOP_FOLDERS = r"(?:spanhouse|ui|query|collector|storage|instrumentation|tests|bench|docs|\.ci)"
PATH_IN_BACKTICKS = re.compile(rf"`({TOP_FOLDERS}/[\w./-]*|[\w-]+\.(?:md|toml|yml|txt))`")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)")
MAKE_COMMAND = re.compile(r"`make ([a-z-]+)")
# What processes write where they run; no part of the repository.
WRITTEN_AT_RUN_TIME = re.compile(r"^(data|blocks|quarantine|clickhouse)/")


def relative(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_paths_named_in_docs_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for named in PATH_IN_BACKTICKS.findall(text):
        assert (REPOSITORY / named).exists() or (path.parent / named).exists(), named
    for linked in LINK.findall(text):
        assert (path.parent / linked).exists(), linked


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_make_commands_named_in_docs_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*?##", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    assert set(MAKE_COMMAND.findall(path.read_text(encoding="utf-8"))) <= targets


def test_make_help_explains_every_target() -> None:
    makefile = (REPOSITORY / "Makefile").read_text()
    phony = set(re.findall(r"^\.PHONY: (\S+)", makefile, re.MULTILINE))
    shown = subprocess.run(
        ["make", "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout
    assert phony == set(re.findall(r"^ *make ([a-z-]+) +\S", shown, re.MULTILINE))


def test_configuration_reference_is_up_to_date() -> None:
    assert page("configuration.md") == configuration_reference.reference(), (
        "run: python -m tests.configuration_reference"
    )


def test_every_command_and_flag_is_documented() -> None:
    documented = page("cli.md") + page("configuration.md")
    group = typer.main.get_command(app)
    commands = group.commands  # type: ignore[attr-defined]  # click's Group, which typer types as Command
    for name, command in commands.items():
        assert f"`spanhouse {name}" in page("cli.md"), name
        for parameter in command.params:
            for flag in parameter.opts:
                assert not flag.startswith("--") or flag == "--help" or f"`{flag}`" in documented, flag
            if parameter.param_type_name == "option" and parameter.name != "help":
                assert parameter.envvar.startswith("SPANHOUSE_"), parameter.name
                assert f"`{parameter.envvar}`" in documented, parameter.envvar


def test_settings_are_named_as_the_rule_says() -> None:
    assert flag_name("max_request_bytes") == "--max-request-bytes"
    assert env_name("max_request_bytes") == "SPANHOUSE_MAX_REQUEST_BYTES"


def test_every_route_and_parameter_is_documented() -> None:
    application = FastAPI()
    unasked: Any = None  # building routes asks nothing
    add_api(application, unasked, lambda: 0)
    application.include_router(health_routes(lambda: None, CollectorRegistry()))
    paths = application.openapi()["paths"]
    documented = page("api.md")
    assert set(re.findall(r"`GET (/[^`?]*)`", documented)) == set(paths)
    for path, methods in paths.items():
        for parameter in methods["get"].get("parameters", []):
            if parameter["in"] == "query":
                assert f"`{parameter['name']}`" in documented, (path, parameter["name"])


def test_every_metric_is_documented() -> None:
    registry = CollectorRegistry()
    IngestMetrics(registry)
    UnpackingMetrics(registry, lambda: 0.0)
    HttpMetrics(None, registry)
    documented = set(re.findall(r"`(spanhouse_\w+)`", page("metrics.md")))
    names = {
        f"{metric.name}_total" if metric.type == "counter" else metric.name for metric in registry.collect()
    }
    assert names <= documented
    assert documented <= names


def test_every_dependency_is_documented_with_its_reason() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["embedded"], *extras["dev"]]
    rows = set(re.findall(r"^\| ([\w@/.-]+)", page("dependencies.md"), re.MULTILINE))
    for requirement in wanted:
        assert re.split(r"[<>=\[;]", requirement)[0].lower() in {row.lower() for row in rows}, requirement
