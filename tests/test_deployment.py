"""docker-compose.yml and the Dockerfile, without Docker: every command in them is one that exists."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import Any

import pytest
import typer.main
import yaml
from typer.testing import CliRunner

from spanhouse.cli import app
from spanhouse.setting_group import ENV_PREFIX
from spanhouse.settings import ServeSettings
from tests.tools import REPOSITORY

COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text()
SPANHOUSE_SERVICES = [name for name, service in COMPOSE["services"].items() if "build" in service]
VARIABLES = {ENV_PREFIX + name.upper() for name in ServeSettings.model_fields}


def test_the_services_are_those_the_readme_promises() -> None:
    assert set(COMPOSE["services"]) == {"clickhouse", "collector", "balancer", "query", "demo"}
    assert COMPOSE["services"]["collector"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("name", SPANHOUSE_SERVICES)
def test_every_command_of_the_image_exists(name: str) -> None:
    service = COMPOSE["services"][name]
    if service.get("entrypoint"):
        assert service["entrypoint"] == ["python", "-m", "spanhouse_shop"]
        shown = subprocess.run(
            [sys.executable, "-m", "spanhouse_shop", "--help"], capture_output=True, text=True, check=True
        ).stdout
        assert all(flag in shown for flag in service["command"] if flag.startswith("--"))
        return
    command, *flags = service["command"]
    assert CliRunner().invoke(app, [command, *flags, "--help"]).exit_code == 0
    known = {option for parameter in commands()[command].params for option in parameter.opts}
    assert {flag for flag in flags if flag.startswith("--")} <= known


@pytest.mark.parametrize("name", SPANHOUSE_SERVICES)
def test_every_variable_is_a_setting(name: str) -> None:
    assert set(COMPOSE["services"][name]["environment"]) <= VARIABLES


def test_the_dockerfile_sets_only_settings_and_starts_a_command() -> None:
    assert set(re.findall(r"\b(SPANHOUSE_\w+)=", DOCKERFILE)) <= VARIABLES
    entrypoint, command = re.findall(r"^(?:ENTRYPOINT|CMD) (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert json.loads(entrypoint) == ["spanhouse"]
    assert json.loads(command)[0] in commands()


def test_the_dockerfile_copies_what_exists_and_the_context_holds_it() -> None:
    allowed = set(re.findall(r"^!(\S+)$", (REPOSITORY / ".dockerignore").read_text(), re.MULTILINE))
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    }
    assert copied == allowed
    for source in copied:
        assert (REPOSITORY / source).exists(), source


def test_ports_on_the_outside_are_on_loopback_only() -> None:
    for service in COMPOSE["services"].values():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), port


def test_docker_compose_accepts_the_file() -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True).returncode:
        pytest.skip("no docker compose here")
    checked = subprocess.run(
        [docker, "compose", "config", "--quiet"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def commands() -> dict[str, Any]:
    group: Any = typer.main.get_command(app)
    found: dict[str, Any] = group.commands
    return found
