"""A real ClickHouse server as a child process, without Docker: true HTTP and native handlers.

`libchdb.so`'s C function `chdb_query_cmdline(argc, argv)` is `clickhouse local`, and the pinned version can
listen. What it cannot do: ON CLUSTER and replication (there is no keeper). Run as a program, this module is
that child.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

START_SECONDS = 60.0
_LISTEN = (
    "SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; "
    "SELECT sleepEachRow(1) FROM numbers(100000000) "
    "SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 0 FORMAT Null"
)
_PR_SET_PDEATHSIG = 1
_ANY_FREE = 0


class ClickHouseServer:
    """One server on 127.0.0.1. Starting again after `stop` keeps the ports and the data."""

    def __init__(self, library: Path, home: Path, *, http_port: int, tcp_port: int, config: str = "") -> None:
        self.http_port = http_port
        self.tcp_port = tcp_port
        self._library = library
        self._home = home
        self._config = config
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """What `--clickhouse` takes."""
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def pid(self) -> int:
        """Of the process that runs."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Starts the server and waits until it answers.

        Raises:
            RuntimeError: It ended or did not answer; the message holds the end of its log.
        """
        self._home.mkdir(parents=True, exist_ok=True)
        options: list[str] = []
        if self._config:
            config_file = self._home / "config.xml"
            config_file.write_text(self._config)
            options = ["--config-file", str(config_file)]
        log = self._home / "server.log"
        with log.open("ab") as output:
            # The working directory matters: the server keeps compiled format schemas there.
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    str(Path(__file__).resolve()),
                    *(str(self._library), str(self._home / "data"), str(self.http_port), str(self.tcp_port)),
                    *options,
                ],
                cwd=self._home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"the ClickHouse server did not start: {log.read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends the server at once, as a crash would; its acknowledged data stays on disk."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/ping", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False


def start_server(library: Path, home: Path) -> ClickHouseServer:
    """Starts one server on free ports."""
    http_port, tcp_port = free_ports(2)
    server = ClickHouseServer(library, home, http_port=http_port, tcp_port=tcp_port)
    server.start()
    return server


def start_cluster(library: Path, home: Path, *, shards: int, name: str) -> list[ClickHouseServer]:
    """Starts `shards` servers that know each other as the shards of cluster `name`."""
    ports = free_ports(2 * shards)
    tcp_ports = ports[shards:]
    config = cluster_config(name, tcp_ports)
    servers = [
        ClickHouseServer(
            library,
            home / f"shard{number}",
            http_port=ports[number],
            tcp_port=tcp_ports[number],
            config=config,
        )
        for number in range(shards)
    ]
    for server in servers:
        server.start()
    return servers


def cluster_config(name: str, tcp_ports: Sequence[int]) -> str:
    """The server configuration that makes servers on these native ports one cluster, a shard each."""
    shards = "".join(
        "<shard><internal_replication>true</internal_replication>"
        f"<replica><host>127.0.0.1</host><port>{port}</port></replica></shard>"
        for port in tcp_ports
    )
    return f"<clickhouse><remote_servers><{name}>{shards}</{name}></remote_servers></clickhouse>\n"


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nothing listens on now."""
    sockets = [socket.create_server(("127.0.0.1", _ANY_FREE)) for _ in range(count)]
    try:
        return [opened.getsockname()[1] for opened in sockets]
    finally:
        for opened in sockets:
            opened.close()


def main(library: str, path: str, http_port: str, tcp_port: str, *options: str) -> None:
    """The child: runs the server until it is killed, or until the tests that started it are gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:
        return
    arguments = ["clickhouse", *options, "--path", path, "--http_port", http_port, "--tcp_port", tcp_port]
    arguments += ["--listen_host", "127.0.0.1", "--query", _LISTEN]
    packed = (ctypes.c_char_p * (len(arguments) + 1))(*(text.encode() for text in arguments), None)
    run = ctypes.CDLL(library).chdb_query_cmdline
    run.restype = ctypes.c_void_p
    run(len(arguments), packed)


if __name__ == "__main__":
    main(*sys.argv[1:])
