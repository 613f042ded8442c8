"""One worker of `spanhouse collector --workers N`: settings come as a line of JSON on stdin."""

from __future__ import annotations

import sys

from spanhouse import collecting
from spanhouse.settings import CollectorSettings

if __name__ == "__main__":
    collecting.collect_as_worker(CollectorSettings.model_validate_json(sys.stdin.buffer.readline()))
