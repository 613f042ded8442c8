"""One bundle as a file: requests one after the other, as ClickHouse's `Protobuf` format wants them.

Owns one file; not safe to share between threads (`storage.file_log` takes care of that). A file that a killed
process left may end in the middle of a request, which was not acknowledged then: that end is cut off.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Self

from storage.bundle import LoggedRequest, block_of, logged_in, opened_ms
from storage.errors import StorageOverloaded, StorageUnavailable

logger = logging.getLogger(__name__)

SUFFIX = ".otlp"
_MS_PER_S = 1000


class LogFile:
    """What is logged of one bundle.

    Attributes:
        bundle: Its number, which is the file's name.
        hashes: Of its requests, in the order of the file.
        since_second: Unix time: nothing was written into it earlier.
    """

    def __init__(self, directory: Path, bundle: int, now: float) -> None:
        self.bundle = bundle
        self.hashes: list[int] = []
        self.since_second = int(now)
        self._path = directory / f"{bundle:020d}{SUFFIX}"
        self._size_bytes = 0
        self._written_at = time.monotonic()

    @classmethod
    def new(cls, directory: Path, bundle: int) -> Self:
        """A file of this process; its directory is made when it is missing.

        Raises:
            StorageOverloaded: The directory cannot be made.
        """
        try:
            if not directory.is_dir():
                directory.mkdir(exist_ok=True)
                # Or a power cut may take all files of it, however well they are synced.
                _sync(directory.parent)
        except OSError as error:
            raise StorageOverloaded(f"the log of requests cannot be made: {error.strerror}") from error
        return cls(directory, bundle, time.time())

    @classmethod
    def left_in(cls, path: Path) -> Self:
        """A file of an earlier life of the process, its end cut off where a write broke off.

        Raises:
            StorageUnavailable: It cannot be read.
        """
        bundle = int(path.stem)
        found = cls(path.parent, bundle, opened_ms(bundle) / _MS_PER_S)
        found._written_at = float("-inf")
        for logged in found.requests():
            found.hashes.append(logged.digest)
            found._size_bytes = logged.end
        found._cut_off()
        return found

    @property
    def quiet_seconds(self) -> float:
        """How long nothing was written into it by this process."""
        return time.monotonic() - self._written_at

    def append(self, requests: Mapping[int, bytes]) -> None:
        """Writes requests by hash behind those that are there, all of them or none.

        Raises:
            StorageOverloaded: There is no room for them.
        """
        block = b"".join(block_of(requests, self.bundle))
        try:
            self._cut_off()
            with open(self._path, "ab", buffering=0, opener=_for_its_owner) as file:
                _write(file, block)
        except OSError as error:
            with suppress(OSError):
                os.truncate(self._path, self._size_bytes)
            raise StorageOverloaded(f"the log of requests cannot be written: {error.strerror}") from error
        self._size_bytes += len(block)
        self._written_at = time.monotonic()
        self.hashes += requests

    def sync(self) -> None:
        """Returns when what was appended is on the disk; does nothing when the file is gone.

        Raises:
            StorageUnavailable: The disk does not say that it is.
        """
        try:
            _sync(self._path)
            _sync(self._path.parent)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StorageUnavailable(f"the log cannot be synced: {error.strerror}") from error

    def requests(self) -> Iterator[LoggedRequest]:
        """What is in it.

        Raises:
            StorageUnavailable: It cannot be read.
        """
        try:
            block = self._path.read_bytes()
        except OSError as error:
            raise StorageUnavailable(f"{self._path.name} cannot be read: {error.strerror}") from error
        yield from logged_in(block)

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """The file, to be read.

        Raises:
            StorageUnavailable: It cannot be read.
        """
        try:
            self._cut_off()
            file = self._path.open("rb")
        except OSError as error:
            raise StorageUnavailable(f"{self._path.name} cannot be read: {error.strerror}") from error
        with file:
            yield file

    def remove(self) -> None:
        """Deletes it."""
        self._path.unlink(missing_ok=True)

    def _cut_off(self) -> None:
        """What a write that broke off left: nobody was told of it, and ClickHouse would stumble over it."""
        try:
            cut_bytes = self._path.stat().st_size - self._size_bytes
        except FileNotFoundError:
            if self._size_bytes:
                raise
            return
        if cut_bytes > 0:
            logger.warning("%s: cut off %d bytes behind the last whole request", self._path.name, cut_bytes)
            os.truncate(self._path, self._size_bytes)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write(file: IO[bytes], block: bytes) -> None:
    """All of it: one call may take less."""
    view = memoryview(block)
    while view:
        view = view[file.write(view) :]
