"""What ClickHouse alone does with the same bytes and the same tables: the limit ingest is measured against.

Run as a process of its own (`python -m bench.engine`): embedded engine, full schema, blocks of requests
inserted by `--threads` threads with nothing before them. Prints one JSON line and ends by itself.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from pathlib import Path

from bench import payload
from bench.unpack_settings import unpack_settings
from storage import migrations
from storage.bundle import block_of, request_hash
from storage.client import Database
from storage.endpoint import EmbeddedEndpoint
from storage.table_log import decode_settings


def main() -> None:
    """Reads options, inserts, prints one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=["realistic", "small"], default="realistic")
    parser.add_argument("--spans", type=int, default=512, help="spans per request")
    parser.add_argument("--block-spans", type=int, default=32_768, help="spans per INSERT")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="spanhouse-bench-") as directory:
        database = Database(EmbeddedEndpoint(Path(directory)))
        migrations.apply(database, migrations.SchemaOptions())
        stored, took = _insert(database, options)
        database.close()
    print(json.dumps({"spans": stored, "seconds": took}))


def _insert(database: Database, options: argparse.Namespace) -> tuple[int, float]:
    settings = decode_settings(database.endpoint) | unpack_settings()
    per_block = max(1, options.block_spans // options.spans)
    source = payload.requests(options.shape, options.spans)
    # Made beforehand: the engine's own time is wanted, not the generator's.
    blocks = [_block([next(source) for _ in range(per_block)]) for _ in range(12)]
    counts = [0] * options.threads
    until = time.perf_counter() + options.seconds

    def work(thread: int) -> None:
        number = thread
        while time.perf_counter() < until:
            block = blocks[number % len(blocks)]
            token = f"bench-{thread}-{number}"
            database.insert_bytes(
                "otlp_ingest",
                block,
                format_name="Protobuf",
                settings={**settings, "insert_deduplication_token": token},
            )
            counts[thread] += per_block * options.spans
            number += options.threads

    started = time.perf_counter()
    threads = [threading.Thread(target=work, args=(number,)) for number in range(options.threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts), time.perf_counter() - started


def _block(requests: list[bytes]) -> bytes:
    return b"".join(block_of({request_hash(request): request for request in requests}, bundle=0))


if __name__ == "__main__":
    main()
