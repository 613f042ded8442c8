from __future__ import annotations

import subprocess
import sys
import tomllib

from typer.testing import CliRunner

from collector.keys import KeyRing
from spanhouse.cli import app
from tests.tools import REPOSITORY

PLAIN = {"NO_COLOR": "1", "COLUMNS": "200", "TERM": "dumb"}


def test_help_lists_every_command_with_what_it_does() -> None:
    shown = CliRunner(env=PLAIN).invoke(app, ["--help"])
    assert shown.exit_code == 0
    for command in ("serve", "collector", "query", "migrate", "demo", "links", "trace", "key"):
        assert f" {command} " in shown.output
    assert "Distributed tracing on ClickHouse" in shown.output


def test_version_is_the_projects() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    shown = CliRunner().invoke(app, ["--version"])
    assert shown.exit_code == 0
    assert shown.output == f"spanhouse {project['version']}\n"


def test_key_prints_a_new_key_that_its_hash_admits() -> None:
    first, second = (
        dict(line.split(":") for line in CliRunner().invoke(app, ["key"]).output.splitlines())
        for _ in range(2)
    )
    assert first["key"] != second["key"]
    ring = KeyRing([first["hash"].strip()])
    assert ring.admits({"authorization": f"Bearer {first['key'].strip()}"})
    assert not ring.admits({"authorization": f"Bearer {second['key'].strip()}"})


def test_collector_without_a_server_is_a_usage_error() -> None:
    refused = CliRunner(env=PLAIN).invoke(app, ["collector"])
    assert refused.exit_code == 2
    assert "--clickhouse URL is needed" in refused.output


def test_a_bad_url_is_told_without_its_password() -> None:
    # A process of its own: it takes over signals and the log.
    refused = subprocess.run(
        [sys.executable, "-m", "spanhouse", "query", "--clickhouse", "ftp://me:hunter2@db", "--port", "0"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert "spanhouse: --clickhouse: the ClickHouse URL must look like" in refused.stderr
    assert "hunter2" not in refused.stderr


def test_links_without_a_server_say_so() -> None:
    refused = CliRunner(env=PLAIN).invoke(app, ["links", "--url", "http://127.0.0.1:9"])
    assert refused.exit_code == 2
    assert "no Spanhouse answers at http://127.0.0.1:9" in refused.output
