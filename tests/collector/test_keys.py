from __future__ import annotations

from collections.abc import Callable

import grpc
import pytest

from collector.keys import KeyRing, hash_key
from tests.collector.builders import trace_request
from tests.collector.recording_store import RecordingStore
from tests.collector.running import Running, status_details

KEY = "a-secret"
HASHES = (hash_key("another"), hash_key(KEY).upper())
RIGHT = [{"authorization": f"Bearer {KEY}"}, {"authorization": f"bearer  {KEY} "}, {"x-spanhouse-key": KEY}]
WRONG = [
    {},
    {"authorization": ""},
    {"authorization": "Bearer"},
    {"authorization": f"Basic {KEY}"},
    {"authorization": f"Bearer {KEY}x"},
    {"authorization": "Bearer wrong", "x-spanhouse-key": KEY},
    {"x-spanhouse-key": hash_key(KEY)},
    {"x-spanhouse-key": "\udcff"},
]


def test_without_keys_everyone_may_send() -> None:
    assert KeyRing().admits({})
    assert not KeyRing().required


@pytest.mark.parametrize("headers", RIGHT)
def test_a_key_admits(headers: dict[str, str]) -> None:
    assert KeyRing(HASHES).admits(headers)


@pytest.mark.parametrize("headers", WRONG)
def test_no_key_or_a_wrong_one_does_not(headers: dict[str, str]) -> None:
    assert not KeyRing(HASHES).admits(headers)


def test_a_key_beyond_ascii_admits_as_clients_send_it(start: Callable[..., Running]) -> None:
    key = "schlüssel-鍵"
    running = start(key_hashes=[hash_key(key)])
    as_read = f"Bearer {key}".encode().decode("latin-1")
    assert running.send(trace_request(), headers={"authorization": as_read}).status == 200
    assert running.send(trace_request(), headers={"authorization": as_read[:-1]}).status == 401


@pytest.mark.parametrize("text", [KEY, "", "g" * 64, hash_key(KEY)[:-1]])
def test_only_hashes_can_be_configured(text: str) -> None:
    with pytest.raises(ValueError, match="SHA-256") as caught:
        KeyRing([text])
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("headers", RIGHT)
def test_every_listener_admits_keys(
    start: Callable[..., Running], store: RecordingStore, headers: dict[str, str]
) -> None:
    running = start(key_hashes=HASHES)
    running.export(trace_request(), metadata=tuple(headers.items()))
    assert running.send(trace_request(), headers=headers).status == 200
    assert running.send_zipkin(b"[]", headers=headers).status == 202
    assert len(store.stored) == 2


@pytest.mark.parametrize("headers", WRONG[:-1])
def test_every_listener_refuses_others(
    start: Callable[..., Running], store: RecordingStore, headers: dict[str, str]
) -> None:
    running = start(key_hashes=HASHES)
    with pytest.raises(grpc.RpcError) as caught:
        running.export(trace_request(), metadata=tuple(headers.items()))
    assert isinstance(caught.value, grpc.Call)
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert status_details(caught.value).code == 16
    for path in ("/v1/traces", "/v1/metrics", "/v1/logs"):
        answer = running.send(trace_request(), path=path, headers=headers)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert running.send_zipkin(b"[]", headers=headers).status == 401
    assert store.calls == []
    rejection = running.ingest.last_rejection.snapshot()
    assert rejection is not None and rejection.reason == "unauthenticated"
