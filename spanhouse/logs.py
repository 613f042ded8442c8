"""How Spanhouse writes its own log to stderr: JSON for machines, short lines for a terminal.

Messages can hold pieces of what clients sent, so control characters never reach a terminal or a log file and
no message can look like a second line.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Literal, TextIO

LogFormat = Literal["auto", "text", "json"]

# C0 and C1 controls, and the marks that reorder text on a terminal (CVE-2021-42574).
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_QUIETER = {"uvicorn": logging.WARNING, "urllib3": logging.ERROR, "clickhouse_connect": logging.ERROR}
_STANDARD_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure_logging(level: str, log_format: LogFormat, stream: TextIO | None = None) -> None:
    """Sends every logger's records to `stream` (stderr) in one format; `auto` is text on a terminal."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    as_text = log_format == "text" or (log_format == "auto" and stream.isatty())
    handler.setFormatter(TextFormatter() if as_text else JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # What these say below that comes from us too, with the name of what it is about.
    for name, least in _QUIETER.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelNamesMapping()[level.upper()]))


def escaped(text: str) -> str:
    r"""The text with every control character as `\xNN` or `\uNNNN`."""
    return _UNSAFE.sub(lambda match: match.group().encode("unicode_escape").decode("ascii"), text)


class JsonFormatter(logging.Formatter):
    """One JSON object per line: time, level, logger, message, `extra` fields, exception."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of ASCII."""
        entry: dict[str, object] = {
            "time": _time(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        for name, value in vars(record).items():
            if name not in _STANDARD_ATTRIBUTES:
                entry.setdefault(name, value)
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


class TextFormatter(logging.Formatter):
    """`12:30:01 WARNING collector.batcher: …`; a traceback follows with a bar before each line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record for a person."""
        line = f"{_time(record):%H:%M:%S} {record.levelname:<7} {record.name}: {escaped(record.getMessage())}"
        if not record.exc_info:
            return line
        traceback = self.formatException(record.exc_info).splitlines()
        return "\n".join([line, *(f"    | {escaped(part)}" for part in traceback)])


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
