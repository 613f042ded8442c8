from __future__ import annotations

import pytest

from collector.keys import hash_key
from spanhouse.options import read_settings
from spanhouse.process import Addresses, open_doors
from spanhouse.settings import CollectorSettings, QuerySettings, ServeSettings

STORE = {"clickhouse": "http://127.0.0.1:8123"}


@pytest.mark.parametrize(
    ("addresses", "line"),
    [
        (Addresses("h:1", "h:2", "http://h:3"), "ready otlp-grpc=h:1 otlp-http=h:2 ui=http://h:3"),
        (Addresses("h:1", "h:2"), "ready otlp-grpc=h:1 otlp-http=h:2"),
        (Addresses(ui="http://h:3"), "ready ui=http://h:3"),
    ],
)
def test_ready_line_names_what_there_is(addresses: Addresses, line: str) -> None:
    assert addresses.ready_line == line


def test_loopback_is_no_open_door() -> None:
    assert open_doors(read_settings(ServeSettings, {})) == []


def test_beyond_loopback_each_missing_key_is_said() -> None:
    wide: dict[str, object] = {"host": "0.0.0.0"}
    ingest, look = open_doors(read_settings(ServeSettings, wide))
    assert "--ingest-keys" in ingest and "send spans" in ingest
    assert "--api-keys" in look and "read traces" in look
    assert len(open_doors(read_settings(CollectorSettings, wide | STORE))) == 1
    assert len(open_doors(read_settings(QuerySettings, wide | STORE))) == 1
    keyed = wide | {"ingest_keys": hash_key("a"), "api_keys": hash_key("b")}
    assert open_doors(read_settings(ServeSettings, keyed)) == []
