"""The rules of RFC 9113 that a server has to keep, against a running listener."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import trustme

from collector.http2 import frames
from collector.http2.frames import Code, Flag, Kind, Setting
from collector.limits import Limits
from collector.tls import TlsFiles
from tests.collector.builders import trace_request
from tests.collector.http2.client import HEADERS, FrameClient, message
from tests.collector.recording_store import RecordingStore
from tests.collector.running import Running

Start = Callable[..., Running]

OK = {":status": "200", "content-type": "application/grpc", "grpc-status": "0"}


def test_bytes_may_come_one_at_a_time(running: Running) -> None:
    with FrameClient(running.ingest.grpc.port, greets=False) as client:
        body = message(trace_request())
        whole = (
            frames.PREFACE
            + frames.settings({})
            + frames.frame(Kind.HEADERS, Flag.END_HEADERS, 1, client.block())
            + frames.frame(Kind.DATA, Flag.END_STREAM, 1, body)
        )
        for byte in whole:
            client.send(bytes((byte,)))
        assert client.trailers(1) == OK


def test_many_requests_may_come_at_once(running: Running, store: RecordingStore) -> None:
    with FrameClient(running.ingest.grpc.port) as client:
        client.send(
            b"".join(
                frames.frame(Kind.HEADERS, Flag.END_HEADERS, number, client.block())
                + frames.frame(Kind.DATA, Flag.END_STREAM, number, message(trace_request()))
                for number in range(1, 201, 2)
            )
        )
        answered: set[int] = set()
        while len(answered) < 100:
            received = client.until(Kind.HEADERS)
            if received.flags & Flag.END_STREAM:
                answered.add(received.stream_id)
    assert len(store.stored) == 100


def test_settings_and_pings_are_acknowledged(running: Running) -> None:
    with FrameClient(running.ingest.grpc.port) as client:
        client.send(frames.frame(Kind.PING, 0, 0, b"12345678"))
        assert client.until(Kind.SETTINGS).flags == 0
        assert client.until(Kind.SETTINGS).flags == Flag.ACK
        ping = client.until(Kind.PING)
        assert (ping.flags, ping.payload) == (Flag.ACK, b"12345678")


def test_headers_may_be_continued_padded_and_prioritised(running: Running) -> None:
    with FrameClient(running.ingest.grpc.port) as client:
        block = client.block()
        padded = b"\x03" + bytes(5) + block[:10] + bytes(3)
        client.send(frames.frame(Kind.HEADERS, Flag.PADDED | Flag.PRIORITY, 1, padded))
        client.send(frames.frame(Kind.CONTINUATION, 0, 1, block[10:12]))
        client.send(frames.frame(Kind.CONTINUATION, Flag.END_HEADERS, 1, block[12:]))
        body = message(trace_request())
        client.data(1, b"\x02" + body[:7] + b"\0\0", Flag.PADDED)
        client.data(1, body[7:], 0)
        client.data(1, b"")
        assert client.trailers(1) == OK


def test_unknown_frames_priorities_and_trailers_change_nothing(running: Running) -> None:
    with FrameClient(running.ingest.grpc.port) as client:
        client.send(frames.frame(Kind.PRIORITY, 0, 1, bytes(5)) + b"\0\0\x01\xf0\0\0\0\0\0x")
        client.headers(1)
        client.data(1, message(trace_request()), 0)
        client.headers(1, (("x-checksum", "1"),), Flag.END_STREAM)
        assert client.trailers(1) == OK


def test_an_answer_waits_for_its_window(running: Running) -> None:
    with FrameClient(running.ingest.grpc.port, greets=False) as client:
        client.send(frames.PREFACE + frames.settings({Setting.INITIAL_WINDOW_SIZE: 0}))
        for number in (1, 3):
            client.headers(number)
            client.data(number, message(trace_request()))
        for _ in range(2):
            assert not client.until(Kind.HEADERS).flags & Flag.END_STREAM
        client.send(frames.window_update(3, 5))
        assert client.until(Kind.DATA).stream_id == 3
        client.send(frames.settings({Setting.INITIAL_WINDOW_SIZE: 5}))
        assert client.until(Kind.DATA).stream_id == 1


def test_a_large_message_gets_more_window_as_it_comes(running: Running, store: RecordingStore) -> None:
    body = message(trace_request(1, name="n" * 5_000_000))
    with FrameClient(running.ingest.grpc.port) as client:
        client.headers(1)
        window = client_window = 1024 * 1024
        sent = 0
        while sent < len(body):
            part = body[sent : sent + min(window, 60_000)]
            client.data(1, part, Flag.END_STREAM if sent + len(part) == len(body) else 0)
            sent, window = sent + len(part), window - len(part)
            while window < client_window // 2 and sent < len(body):
                update = client.until(Kind.WINDOW_UPDATE)
                window += int.from_bytes(update.payload, "big") if update.stream_id == 1 else 0
        assert client.trailers(1) == OK
    assert len(store.stored) == 1


def test_what_is_refused_early_need_not_be_sent(start: Start) -> None:
    running = start(key_hashes=("0" * 64,))
    with FrameClient(running.ingest.grpc.port) as client:
        client.headers(1)
        assert client.trailers(1)["grpc-status"] == "16"
        reset = client.until(Kind.RST_STREAM)
        assert (reset.stream_id, int.from_bytes(reset.payload, "big")) == (1, Code.NO_ERROR)
        client.data(1, b"still on its way")
        client.headers(3)
        assert client.trailers(3)["grpc-status"] == "16"


def test_past_the_limit_a_call_is_refused_and_safe_to_repeat(start: Start, store: RecordingStore) -> None:
    running = start(limits=Limits(grpc_calls_per_connection=1))
    with FrameClient(running.ingest.grpc.port) as client:
        client.headers(1)
        client.headers(3)
        reset = client.until(Kind.RST_STREAM)
        assert (reset.stream_id, int.from_bytes(reset.payload, "big")) == (3, Code.REFUSED_STREAM)
        client.data(1, message(trace_request()))
        assert client.trailers(1) == OK


def test_a_reset_gives_back_what_was_held(running: Running) -> None:
    with FrameClient(running.ingest.grpc.port) as client:
        client.headers(1)
        client.data(1, message(trace_request())[:50], 0)
        client.send(frames.frame(Kind.PING, 0, 0, bytes(8)))
        client.until(Kind.PING)
        assert running.ingest.budget.held_bytes == 50
        client.send(frames.reset(1, Code.NO_ERROR) + frames.frame(Kind.PING, 0, 0, bytes(8)))
        client.until(Kind.PING)
        assert running.ingest.budget.held_bytes == 0


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (b"\x01\x00\x01" + bytes((Kind.DATA, 0)) + bytes(4), Code.FRAME_SIZE_ERROR),
        (frames.frame(Kind.DATA, 0, 1, b"x"), Code.PROTOCOL_ERROR),
        (frames.frame(Kind.HEADERS, Flag.END_HEADERS, 2, b"\x82"), Code.PROTOCOL_ERROR),
        (frames.frame(Kind.HEADERS, Flag.END_HEADERS, 1, b"\xff\xff\xff\xff\xff"), Code.COMPRESSION_ERROR),
        (frames.frame(Kind.HEADERS, Flag.PADDED, 1, b"\x09\x82"), Code.PROTOCOL_ERROR),
        (frames.frame(Kind.HEADERS, 0, 1, b"\x82") + frames.settings({}), Code.PROTOCOL_ERROR),
        (frames.frame(Kind.CONTINUATION, 0, 1, b"\x82"), Code.PROTOCOL_ERROR),
        (frames.frame(Kind.PUSH_PROMISE, 0, 1), Code.PROTOCOL_ERROR),
        (frames.frame(Kind.SETTINGS, 0, 0, b"12345"), Code.FRAME_SIZE_ERROR),
        (frames.settings({Setting.INITIAL_WINDOW_SIZE: 2**31}), Code.FLOW_CONTROL_ERROR),
        (frames.settings({Setting.ENABLE_PUSH: 2}), Code.PROTOCOL_ERROR),
        (frames.settings({Setting.MAX_FRAME_SIZE: 16_383}), Code.PROTOCOL_ERROR),
        (frames.settings({Setting.MAX_FRAME_SIZE: 2**24}), Code.PROTOCOL_ERROR),
        (frames.frame(Kind.SETTINGS, Flag.ACK, 0, bytes(6)), Code.FRAME_SIZE_ERROR),
        (frames.frame(Kind.SETTINGS, 0, 1), Code.PROTOCOL_ERROR),
        (frames.frame(Kind.PING, 0, 1, bytes(8)), Code.PROTOCOL_ERROR),
        (frames.frame(Kind.GOAWAY, 0, 1, bytes(8)), Code.PROTOCOL_ERROR),
        (frames.frame(Kind.PRIORITY, 0, 0, bytes(5)), Code.PROTOCOL_ERROR),
        (frames.frame(Kind.RST_STREAM, 0, 0, bytes(4)), Code.PROTOCOL_ERROR),
        (frames.frame(Kind.RST_STREAM, 0, 1, bytes(4)), Code.PROTOCOL_ERROR),
        (frames.window_update(1, 1), Code.PROTOCOL_ERROR),
        (frames.frame(Kind.PING, 0, 0, b"short"), Code.FRAME_SIZE_ERROR),
        (frames.window_update(0, 0), Code.PROTOCOL_ERROR),
        (frames.window_update(0, 2**31 - 1), Code.FLOW_CONTROL_ERROR),
        (frames.frame(Kind.RST_STREAM, 0, 1, b"123"), Code.FRAME_SIZE_ERROR),
        (frames.frame(Kind.PING, 0, 0, bytes(8)) * 10_001, Code.ENHANCE_YOUR_CALM),
        (
            frames.frame(Kind.HEADERS, 0, 1, b"\x82") + frames.frame(Kind.CONTINUATION, 0, 1, b"") * 10_001,
            Code.ENHANCE_YOUR_CALM,
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Code) else "",
)
def test_broken_rules_end_the_connection_with_their_code(running: Running, wrong: bytes, code: Code) -> None:
    with FrameClient(running.ingest.grpc.port) as client:
        client.send(wrong)
        assert client.error() is code
    assert running.export(trace_request()) == b""


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (frames.window_update(1, 0), Code.PROTOCOL_ERROR),
        (frames.window_update(1, 2**31 - 1), Code.FLOW_CONTROL_ERROR),
        (frames.frame(Kind.PRIORITY, 0, 1, bytes(4)), Code.FRAME_SIZE_ERROR),
    ],
    ids=lambda value: value.name if isinstance(value, Code) else "",
)
def test_rules_of_one_stream_end_that_stream(running: Running, wrong: bytes, code: Code) -> None:
    with FrameClient(running.ingest.grpc.port) as client:
        client.headers(1)
        client.headers(3)
        client.data(1, message(trace_request())[:9], 0)
        client.send(wrong)
        assert client.reset() == (1, code)
        client.data(1, message(trace_request())[9:])
        client.data(3, message(trace_request()))
        assert client.trailers(3) == OK
        assert running.ingest.budget.held_bytes == 0


def test_what_comes_after_the_end_is_an_error(running: Running) -> None:
    with FrameClient(running.ingest.grpc.port) as client:
        client.headers(1)
        client.data(1, message(trace_request()))
        assert client.trailers(1) == OK
        client.data(1, b"more")
        assert client.reset() == (1, Code.STREAM_CLOSED)
        client.headers(3)
        client.data(3, message(trace_request()))
        assert client.trailers(3) == OK
        client.headers(3)
        assert client.error() is Code.STREAM_CLOSED


def test_a_body_has_the_size_that_was_promised(running: Running, store: RecordingStore) -> None:
    body = message(trace_request())
    with FrameClient(running.ingest.grpc.port) as client:
        for number, promised in ((1, len(body)), (3, len(body) - 1), (5, len(body) + 1)):
            client.headers(number, (*HEADERS, ("content-length", str(promised))))
            client.data(number, body)
            if promised == len(body):
                assert client.trailers(number) == OK
            else:
                assert client.reset() == (number, Code.PROTOCOL_ERROR)
        client.headers(7, (*HEADERS, ("content-length", "1")), Flag.END_STREAM)
        assert client.reset() == (7, Code.PROTOCOL_ERROR)
    assert len(store.stored) == 1


def test_malformed_requests_are_reset(running: Running) -> None:
    with FrameClient(running.ingest.grpc.port) as client:
        client.headers(1, (*HEADERS, ("connection", "close")))
        assert client.reset() == (1, Code.PROTOCOL_ERROR)
        client.headers(3)
        client.data(3, message(trace_request()), 0)
        client.headers(3, ((":path", "/"),), Flag.END_STREAM)
        assert client.reset() == (3, Code.PROTOCOL_ERROR)


def test_pings_of_an_idle_connection_are_forgiven_with_time(running: Running) -> None:
    ping = frames.frame(Kind.PING, 0, 0, bytes(8))
    with FrameClient(running.ingest.grpc.port) as client:
        client.send(ping * 9_999)
        for _ in range(9_999):
            client.until(Kind.PING)
        time.sleep(1.5)
        client.send(ping * 3)
        for _ in range(3):
            client.until(Kind.PING)
        client.send(ping * 10_000)
        assert client.error() is Code.ENHANCE_YOUR_CALM


def test_a_peer_that_sends_on_hears_why_it_has_to_go(running: Running) -> None:
    with FrameClient(running.ingest.grpc.port) as client:
        client.send(frames.frame(Kind.PRIORITY, 0, 1, bytes(5)) * 10_001 + bytes(8 * 1024 * 1024))
        assert client.error() is Code.ENHANCE_YOUR_CALM


def test_so_does_one_that_speaks_tls(start: Start, tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "server.crt")
    issued.private_key_pem.write_to_path(tmp_path / "server.key")
    running = start(tls=TlsFiles(tmp_path / "server.crt", tmp_path / "server.key"))
    context = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())
    context.set_alpn_protocols(["h2"])
    with FrameClient(running.ingest.grpc.port, tls=context) as client:
        client.send(frames.frame(Kind.PRIORITY, 0, 1, bytes(5)) * 10_001 + bytes(8 * 1024 * 1024))
        assert client.error() is Code.ENHANCE_YOUR_CALM


def test_a_peer_that_sends_for_ever_is_cut_off(running: Running) -> None:
    with FrameClient(running.ingest.grpc.port) as client:
        client.send(frames.frame(Kind.PING, 0, 1, bytes(8)))
        assert client.error() is Code.PROTOCOL_ERROR
        with pytest.raises(ConnectionError):
            for _ in range(1_000):
                client.send(bytes(17))
                time.sleep(0.01)


def test_anything_but_http2_is_closed(running: Running) -> None:
    with FrameClient(running.ingest.grpc.port, greets=False) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.error() is Code.PROTOCOL_ERROR


def test_stopping_answers_what_is_under_way(start: Start, store: RecordingStore) -> None:
    running = start()
    store.gate.clear()
    with FrameClient(running.ingest.grpc.port) as client, ThreadPoolExecutor(1) as pool:
        client.headers(1)
        client.data(1, message(trace_request()))
        assert store.entered.acquire(timeout=10)
        stopping = pool.submit(running.ingest.grpc.stop, 10.0)
        assert int.from_bytes(client.until(Kind.GOAWAY).payload[:4], "big") == frames.LARGEST_WINDOW
        store.gate.set()
        assert client.trailers(1) == OK
        assert int.from_bytes(client.until(Kind.GOAWAY).payload[:4], "big") == 1
        assert client.next() is None
        stopping.result(10)
