"""The embedded engine's directory: one process at a time, and the place where the process works."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

_LOCK_NAME = "spanhouse.lock"


class DirectoryInUse(Exception):
    """Another process has the directory, or it cannot be used; the message says which."""


class DataDirectory:
    """Holds the directory while the context is open.

    ClickHouse keeps compiled format schemas in the working directory, so the process moves into this one;
    relative paths must be resolved before. The driver hands blocks to the embedded engine as temporary files:
    they go here too, so that they count as the store's disk and a killed process leaves none for ever.
    """

    def __init__(self, path: Path) -> None:
        self._home = path.resolve()
        self._lock_file: int | None = None

    @property
    def engine_path(self) -> Path:
        """Where the engine's own files go."""
        return self._home / "clickhouse"

    @property
    def log_path(self) -> Path:
        """Where acknowledged requests wait until their spans can be read."""
        return self._home / "log"

    @property
    def quarantine_path(self) -> Path:
        """Where requests go that the store could not decode."""
        return self._home / "quarantine"

    def __enter__(self) -> Self:
        """Takes the directory.

        Raises:
            DirectoryInUse: Another process has it, or it cannot be created or written.
        """
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            # The kernel lets go of the lock when the process dies, however it dies.
            self._lock_file = os.open(self._home / _LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise DirectoryInUse(f"cannot use the data directory {self._home}: {error.strerror}") from None
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._lock_file, 32).decode(errors="replace").strip() or "unknown"
            os.close(self._lock_file)
            raise DirectoryInUse(
                f"the data directory {self._home} is in use by another Spanhouse (process {holder}). "
                "Stop it, or choose another directory with --data; several processes need --clickhouse URL"
            ) from None
        os.ftruncate(self._lock_file, 0)
        os.write(self._lock_file, f"{os.getpid()}\n".encode())
        os.chdir(self._home)
        blocks = self._home / "blocks"
        shutil.rmtree(blocks, ignore_errors=True)
        try:
            blocks.mkdir()
        except OSError as error:
            os.close(self._lock_file)
            raise DirectoryInUse(f"cannot make the directory {blocks}: {error.strerror}") from None
        tempfile.tempdir = str(blocks)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Lets go of the directory."""
        tempfile.tempdir = None
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None
