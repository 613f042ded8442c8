"""The process as a whole: what a person or an orchestrator sees of it from outside."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.process import SpanhouseProcess, loaded_packages, serving, started


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpanhouseProcess]:
    home = tmp_path_factory.mktemp("serve")
    with started(serving(home / "data"), home) as process:
        yield process


def text_of(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode())


def test_ready_line_names_all_three_addresses(server: SpanhouseProcess) -> None:
    assert server.ready.keys() == {"otlp-grpc", "otlp-http", "ui"}
    assert server.ready["ui"].startswith("http://127.0.0.1:")


def test_what_nobody_uses_is_not_loaded(server: SpanhouseProcess) -> None:
    assert server.get("/api/v1/links")["links"] == []
    packages = ("pandas", "pyarrow", "_polars_runtime_32", "chdb")
    assert loaded_packages(server.pid, packages) == {"pyarrow", "_polars_runtime_32", "chdb"}


def test_health_readiness_and_metrics(server: SpanhouseProcess) -> None:
    assert server.get("/healthz") == {"status": "ok"}
    assert server.get("/readyz") == {"status": "ok"}
    metrics = text_of(f"{server.ui}/metrics")
    assert "spanhouse_ingest_spans_accepted_total" in metrics
    assert "process_resident_memory_bytes" in metrics


def test_a_second_process_on_the_same_directory_is_told_so(server: SpanhouseProcess, tmp_path: Path) -> None:
    data = Path(f"/proc/{server.pid}/cwd").resolve()
    second = subprocess.run(
        [sys.executable, "-m", "spanhouse", *serving(data)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert f"in use by another Spanhouse (process {server.pid})" in second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize(("flag", "name"), [("--otlp-grpc-port", "otlp-grpc"), ("--port", "ui")])
def test_a_port_in_use_is_told_with_its_flag(
    server: SpanhouseProcess, tmp_path: Path, flag: str, name: str
) -> None:
    taken = server.ready[name].rpartition(":")[2]
    second = subprocess.run(
        [sys.executable, "-m", "spanhouse", *serving(tmp_path / "data"), flag, taken],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert f"127.0.0.1:{taken} ({flag})" in second.stderr
    assert "Traceback" not in second.stderr


def test_sigterm_ends_it_with_zero_and_frees_the_directory(tmp_path: Path) -> None:
    for _ in range(2):
        with started(serving(tmp_path / "data"), tmp_path) as process:
            assert process.stop() == 0
