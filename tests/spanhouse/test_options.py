from __future__ import annotations

import re

import pytest
import typer
from pydantic import Field
from typer.testing import CliRunner

from spanhouse.options import env_name, flag_name, read_settings, takes_settings
from spanhouse.settings import CollectorSettings, LogSettings, ServeSettings

PLAIN_HELP = {"NO_COLOR": "1", "COLUMNS": "200", "TERM": "dumb"}


class ExampleSettings(LogSettings):
    """Example."""

    port: int = Field(4317, ge=0, le=65535, description="A port.")
    replicated: bool = Field(False, description="A switch.")
    clickhouse: str | None = Field(None, description="A URL.", repr=False)


@pytest.fixture
def seen() -> list[ExampleSettings]:
    return []


@pytest.fixture
def app(seen: list[ExampleSettings]) -> typer.Typer:
    example = typer.Typer()

    @example.command()
    @takes_settings(ExampleSettings)
    def run(settings: ExampleSettings) -> None:
        """Does nothing."""
        seen.append(settings)

    return example


def test_flags_win_over_the_environment_over_defaults(app: typer.Typer, seen: list[ExampleSettings]) -> None:
    runner = CliRunner(env={"SPANHOUSE_PORT": "1", "SPANHOUSE_LOG_LEVEL": "debug"})
    assert runner.invoke(app, ["--port", "2", "--replicated"]).exit_code == 0
    (settings,) = seen
    assert settings.port == 2
    assert settings.replicated is True
    assert settings.log_level == "debug"
    assert settings.log_format == "auto"


def test_a_switch_can_be_turned_off_again(app: typer.Typer, seen: list[ExampleSettings]) -> None:
    assert CliRunner(env={"SPANHOUSE_REPLICATED": "1"}).invoke(app, ["--no-replicated"]).exit_code == 0
    assert seen[0].replicated is False


def test_a_bad_value_names_the_flag_and_not_the_value(app: typer.Typer) -> None:
    result = CliRunner(env=PLAIN_HELP).invoke(app, ["--port", "70000"])
    assert result.exit_code == 2
    assert "--port" in result.output
    assert "65535" in result.output
    assert "70000" not in result.output


def test_help_shows_flag_variable_default_and_meaning(app: typer.Typer) -> None:
    output = CliRunner(env=PLAIN_HELP).invoke(app, ["--help"]).output
    flat = re.sub(r"\s+", " ", output)
    for wanted in ("--port", "SPANHOUSE_PORT", "4317", "A port.", "--no-replicated", "Example", "Log"):
        assert wanted in flat, wanted


def test_secrets_are_not_in_the_representation() -> None:
    settings = read_settings(ServeSettings, {"clickhouse": "http://me:hunter2@db:8123"})
    assert "hunter2" not in repr(settings)


def test_collector_says_why_it_needs_a_server() -> None:
    with pytest.raises(typer.BadParameter, match="--clickhouse URL is needed"):
        read_settings(CollectorSettings, {})


def test_names() -> None:
    assert flag_name("otlp_grpc_port") == "--otlp-grpc-port"
    assert env_name("otlp_grpc_port") == "SPANHOUSE_OTLP_GRPC_PORT"
