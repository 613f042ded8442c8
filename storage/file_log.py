"""The log as files beside the embedded engine, one per bundle: an acknowledgement costs a write.

ClickHouse decodes requests when they are unpacked, reading the file itself (docs/adr/0014-log-in-files.md):
what upb has accepted it can decode, at the worst after it was rewritten. Never looks inside a request.
"""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from storage import statements
from storage.bundle import block_of
from storage.client import Database
from storage.errors import StorageOverloaded, StorageUnavailable, UndecodableBlock
from storage.log_file import SUFFIX, LogFile

logger = logging.getLogger(__name__)

_UNDECODABLE = "undecodable"


class FileLog:
    """A `storage.request_log.RequestLog` of one process.

    A request is in one bundle at most: sent again before it is unpacked it is not written again.

    Args:
        database: The embedded engine, which reads the files.
        directory: Where they are; made when it is missing.
        synced: Whether a request survives a power cut, too.
        rewritten: A request of the same meaning that ClickHouse can decode when it cannot decode this one.
    """

    def __init__(
        self, database: Database, directory: Path, *, synced: bool, rewritten: Callable[[bytes], bytes]
    ) -> None:
        self._database = database
        self._directory = directory
        self._synced = synced
        self._rewritten = rewritten
        self._structure = ""
        self._lock = threading.Lock()
        self._files: dict[int, LogFile] = {}
        self._bundle_of: dict[int, int] = {}

    @property
    def since_second(self) -> int | None:
        """The Unix second in which the oldest request came that is still in the log; None: it is empty."""
        with self._lock:
            return min((file.since_second for file in self._files.values()), default=None)

    def without_known(self, requests: Mapping[int, bytes]) -> dict[int, bytes]:
        """All of them: `write` looks, and `unpack` is not told those that are spans already."""
        return dict(requests)

    def write(self, bundle: int, requests: Mapping[int, bytes]) -> None:
        """See `storage.request_log.RequestLog`."""
        with _failures(), self._lock:
            new = {digest: requests[digest] for digest in requests if digest not in self._bundle_of}
            if new:
                file = self._files.get(bundle) or LogFile.new(self._directory, bundle)
                file.append(new)
                self._add(file, new)
            holders = {self._bundle_of[digest] for digest in requests} if self._synced else set()
            synced = [self._files[holder] for holder in holders]
        with _failures():
            for file in synced:
                file.sync()

    def bundles(self, quiet_seconds: int = 0) -> list[int]:
        """Also those of an earlier life of the process; see `storage.request_log.RequestLog`."""
        with _failures(), self._lock:
            for path in self._directory.glob(f"*{SUFFIX}"):
                if path.stem.isdecimal() and int(path.stem) not in self._files:
                    self._take_over(LogFile.left_in(path))
            return sorted(
                number for number, file in self._files.items() if file.quiet_seconds >= quiet_seconds
            )

    def first_bundles(self, bundle: int) -> dict[int, int]:
        """See `storage.request_log.RequestLog`."""
        with self._lock:
            file = self._files.get(bundle)
            return dict.fromkeys(file.hashes, bundle) if file else {}

    def unpack(self, bundle: int, hashes: Sequence[int], token: str) -> None:
        """Requests that ClickHouse cannot decode as they are cost the bundle a second try, rewritten."""
        try:
            with _failures(), self._holding(bundle, hashes) as file:
                self._unpack(file, token)
        except UndecodableBlock as undecodable:
            logger.warning("a bundle is written anew: %.300r", str(undecodable))
            with _failures(), self._excerpt(bundle, hashes, self._readable) as file:
                self._unpack(file, token)

    def set_aside(self, bundle: int, digest: int) -> None:
        """Into the table `otlp_set_aside`, or as a file when ClickHouse cannot even decode it."""
        try:
            with _failures(), self._excerpt(bundle, [digest]) as file:
                self._run("set_aside_file", file, {})
        except UndecodableBlock as undecodable:
            with _failures():
                self._keep(bundle, digest, str(undecodable))

    def drop(self, bundle: int) -> None:
        """See `storage.request_log.RequestLog`."""
        with _failures(), self._lock:
            file = self._files.pop(bundle, None)
            if file is not None:
                for digest in file.hashes:
                    self._bundle_of.pop(digest, None)
                file.remove()

    def _keep(self, bundle: int, digest: int, error: str) -> None:
        directory = self._directory / _UNDECODABLE
        directory.mkdir(exist_ok=True)
        for request in self._requests(bundle, [digest]).values():
            (directory / f"{digest:032x}{SUFFIX}").write_bytes(request)
        # It may quote the request: nothing that a terminal would obey.
        (directory / f"{digest:032x}.txt").write_text(f"{error!a}\n", encoding="ascii")

    def _take_over(self, file: LogFile) -> None:
        if file.hashes:
            self._add(file, file.hashes)
        else:
            file.remove()

    def _add(self, file: LogFile, hashes: Iterable[int]) -> None:
        self._files[file.bundle] = file
        self._bundle_of.update(dict.fromkeys(hashes, file.bundle))

    def _file(self, bundle: int) -> LogFile:
        with self._lock:
            if bundle not in self._files:
                raise StorageUnavailable(f"bundle {bundle} is not in the log any more")
            return self._files[bundle]

    @contextmanager
    def _holding(self, bundle: int, hashes: Sequence[int]) -> Iterator[IO[bytes]]:
        """A file with exactly these requests: that of the bundle, unless others are in it."""
        logged = self._file(bundle)
        with logged.opened() if len(hashes) == len(logged.hashes) else self._excerpt(bundle, hashes) as file:
            yield file

    @contextmanager
    def _excerpt(
        self, bundle: int, hashes: Iterable[int], change: Callable[[bytes], bytes] = bytes
    ) -> Iterator[IO[bytes]]:
        requests = self._requests(bundle, hashes)
        changed = {digest: change(request) for digest, request in requests.items()}
        with tempfile.NamedTemporaryFile(suffix=SUFFIX) as file:
            file.write(b"".join(block_of(changed, bundle)))
            # Where /dev/fd/N shares the position with what it names (macOS), reading goes on from here.
            file.seek(0)
            yield file.file

    def _requests(self, bundle: int, hashes: Iterable[int]) -> dict[int, bytes]:
        wanted = set(hashes)
        return {
            logged.digest: logged.request
            for logged in self._file(bundle).requests()
            if logged.digest in wanted
        }

    def _readable(self, request: bytes) -> bytes:
        try:
            return self._rewritten(request)
        except Exception:  # a defect must not end the thread that unpacks: this one request is set aside
            logger.exception("a request cannot be written anew")
            return request

    def _unpack(self, file: IO[bytes], token: str) -> None:
        self._run("unpack_file", file, {"token": token})

    def _run(self, query_name: str, file: IO[bytes], parameters: Mapping[str, str]) -> None:
        # By its number: some characters of a name ClickHouse takes for a pattern, which no file may match.
        self._database.run(
            query_name,
            {
                "path": f"/dev/fd/{file.fileno()}",
                "structure": self._structure or self._look_up_structure(),
                "schema": statements.otlp_message_path(),
                **parameters,
            },
        )

    def _look_up_structure(self) -> str:
        ((kind,),) = self._database.rows("request_structure")
        self._structure = f"resource_spans {kind}"
        return self._structure


@contextmanager
def _failures() -> Iterator[None]:
    """A full disk or too many open files pass: what was asked for can be asked for again."""
    try:
        yield
    except OSError as error:
        raise StorageOverloaded(f"the log of requests cannot be used: {error.strerror}") from error
