from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanhouse.logs import configure_logging, escaped

HOSTILE = "name\x1b[31mred\r\n12:00:00 INFO forged: line\u202e\x9b\u2028end"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def restored_root_logger() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


def test_json_is_one_line_of_ascii_whatever_a_message_holds() -> None:
    out = io.StringIO()
    configure_logging("info", "auto", out)
    logging.getLogger("collector.batcher").warning("refused %s", HOSTILE, extra={"span_count": 3})
    (line,) = out.getvalue().splitlines()
    assert line.isascii()
    assert not any(ord(char) < 32 or ord(char) == 127 for char in line)
    entry = json.loads(line)
    assert entry["message"] == f"refused {HOSTILE}"
    assert entry["level"] == "warning"
    assert entry["logger"] == "collector.batcher"
    assert entry["span_count"] == 3
    assert entry["time"].endswith("Z")


def test_text_on_a_terminal_cannot_be_forged() -> None:
    out = Terminal()
    configure_logging("info", "auto", out)
    logging.getLogger("collector").error("refused %s", HOSTILE)
    (line,) = out.getvalue().splitlines()
    assert "\\x1b[31mred\\r\\n12:00:00 INFO forged" in line
    assert "\\u202e" in line


def test_tracebacks_are_kept_and_marked() -> None:
    out = Terminal()
    configure_logging("info", "text", out)
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        logging.getLogger("storage").exception("write failed")
    first, *rest = out.getvalue().splitlines()
    assert "storage: write failed" in first
    assert rest and all(line.startswith("    | ") for line in rest)
    assert "\x1b" not in out.getvalue()


def test_json_holds_the_exception() -> None:
    out = io.StringIO()
    configure_logging("debug", "json", out)
    try:
        raise ValueError("why")
    except ValueError:
        logging.getLogger("storage").exception("write failed")
    assert "ValueError: why" in json.loads(out.getvalue())["exception"]


def test_level_is_respected() -> None:
    out = io.StringIO()
    configure_logging("warning", "json", out)
    logging.getLogger("a").info("quiet")
    assert out.getvalue() == ""


@given(st.text())
def test_escaped_text_prints_on_one_line(text: str) -> None:
    assert escaped(text).isprintable() or not any(
        ord(char) < 32 or 127 <= ord(char) < 160 for char in escaped(text)
    )
    assert len(escaped(text).splitlines()) <= 1
