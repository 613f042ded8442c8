"""The distro as `opentelemetry-instrument` finds and runs it: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import entry_points, requires
from pathlib import Path

import pytest
from spanhouse_distro.defaults import environment_defaults
from spanhouse_distro.distro import SpanhouseConfigurator, SpanhouseDistro

from instrumentation.tests.otlp_receiver import otlp_receiver

_INSTRUMENT = Path(sys.executable).with_name("opentelemetry-instrument")
_PRINT_ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"
_ONE_SPAN = "from opentelemetry import trace; trace.get_tracer('t').start_span('hello').end()"


def _run(program: str, environment: dict[str, str]) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    # No library needs patching here, and loading every instrumentor would only take time.
    quick = {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "*"}
    return subprocess.run(
        [_INSTRUMENT, sys.executable, "-c", program],
        env=inherited | quick | environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout


@pytest.mark.parametrize(
    ("group", "expected"),
    [("opentelemetry_distro", SpanhouseDistro), ("opentelemetry_configurator", SpanhouseConfigurator)],
)
def test_the_entry_points_are_found(group: str, expected: type) -> None:
    (entry_point,) = entry_points(group=group, name="spanhouse")
    assert entry_point.load() is expected


def test_no_other_distro_is_pulled_in() -> None:
    requirements = requires("spanhouse-distro") or []
    assert requirements
    assert not [line for line in requirements if line.startswith("opentelemetry-distro")]


def test_only_what_is_not_set_is_filled_in() -> None:
    chosen = {"OTEL_TRACES_EXPORTER": "none", "OTEL_BSP_SCHEDULE_DELAY": "5000"}
    environment = json.loads(_run(_PRINT_ENVIRONMENT, chosen))
    expected = environment_defaults({}) | chosen
    assert {name: environment[name] for name in expected} == expected


def test_a_program_is_traced_without_a_line_of_code() -> None:
    with otlp_receiver() as receiver:
        _run(_ONE_SPAN, {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint, "OTEL_SERVICE_NAME": "greeter"})
    assert [(span.service, span.name) for span in receiver.spans] == [("greeter", "hello")]
    assert set(receiver.paths) == {"/v1/traces"}
