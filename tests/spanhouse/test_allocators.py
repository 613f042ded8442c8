from __future__ import annotations

import subprocess
import sys

from spanhouse.allocators import ENVIRONMENT, give_back_early

# As a process starts: nothing that allocates much may be loaded before, and what is loaded after is settled.
_STARTED = """
import sys
import spanhouse.server, spanhouse.collecting
from spanhouse.options import read_settings
from spanhouse.process import running
from spanhouse.settings import ServeSettings
early = {"chdb", "polars", "pyarrow"} & set(sys.modules)
with running(read_settings(ServeSettings, {})):
    import chdb, pyarrow
    told = str(chdb.query("SELECT * FROM system.jemalloc_stats", "TSVRaw"))
    decay = [line for line in told.splitlines() if "opt.dirty_decay_ms" in line]
    print(sorted(early), pyarrow.default_memory_pool().backend_name, decay[0].split()[1])
"""


def test_libraries_are_loaded_after_it_is_settled_what_they_keep() -> None:
    run = subprocess.run(
        [sys.executable, "-c", _STARTED], capture_output=True, text=True, timeout=120, check=True
    )
    assert run.stdout.strip() == "[] system 1000"


def test_what_the_environment_says_stays() -> None:
    environment = {"JE_MALLOC_CONF": "dirty_decay_ms:0", "MALLOC_ARENA_MAX": "1"}
    give_back_early(environment)
    assert environment == ENVIRONMENT | {"JE_MALLOC_CONF": "dirty_decay_ms:0", "MALLOC_ARENA_MAX": "1"}
