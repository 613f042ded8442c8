from collections.abc import Sequence
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from storage import statements
from storage.bundle import block_of, bundle_id, request_hash
from storage.bundles import Bundles
from storage.client import Database
from storage.file_log import FileLog
from storage.request_log import RequestLog
from storage.table_log import TableLog, decode_settings
from storage.unpacker import Unpacker
from storage.writer import SpanWriter
from tests.storage.requests import attributes, request, requests, span

FIRST, SECOND = bundle_id(1_000, 1), bundle_id(2_000, 2)


def write(log: RequestLog, sent: Sequence[bytes], bundle: int) -> None:
    log.write(bundle, {request_hash(request): request for request in sent})


def span_request(seed: int) -> bytes:
    return request([span(seed)]).SerializeToString()


def count(database: Database, table: str = "otel_traces") -> int:
    return int(database.execute("SELECT count() FROM {table:Identifier}", {"table": table}))


def test_a_bundle_becomes_spans_and_leaves_the_log(database: Database, log: RequestLog) -> None:
    write(log, requests(2), FIRST)
    write(log, requests(1, first_seed=100), FIRST)
    assert count(database) == 0
    assert Unpacker(database, log).unpack(FIRST)
    assert count(database) == count(database, "link_spans") == 9
    assert log.bundles() == []
    assert Unpacker(database, log).unpack(FIRST)
    assert count(database) == 9


def test_unpacking_and_one_insert_for_everything_store_the_same(database: Database, log: RequestLog) -> None:
    values = ["text", True, -7, 2.5, 3.0, float("nan"), b"bytes", None, ["a", 1, [2]], {"b": {"c": None}}]
    named = {f"value.{number}": value for number, value in enumerate(values)}
    full = span(
        1,
        attributes=named,
        events=[Span.Event(name="said", time_unix_nano=5, attributes=attributes(named)), Span.Event()],
        links=[Span.Link(trace_id=b"t" * 16, span_id=b"s" * 8, attributes=attributes(named), flags=1)],
        status=Status(code=Status.STATUS_CODE_ERROR, message="refused"),
        parent_span_id=b"p" * 8,
        trace_state="a=b",
        dropped_attributes_count=1,
    )
    odd = span(2, kind=77, start_time_unix_nano=2**64 - 1, end_time_unix_nano=0, parent_span_id=bytes(8))
    sent = request([full, odd, span(3)], resource=named).SerializeToString()
    write(log, [sent], FIRST)
    assert Unpacker(database, log).unpack(FIRST)
    database.insert_bytes(
        "otlp_ingest",
        block_of({request_hash(sent): sent}, SECOND),
        format_name="Protobuf",
        settings=decode_settings(database.endpoint),
    )
    assert count(database) == 6
    different = "SELECT count() FROM (SELECT DISTINCT * EXCEPT ReceivedAt FROM {table:Identifier})"
    for table in ("otel_traces", "link_spans"):
        assert int(database.execute(different, {"table": table})) == 3


@pytest.mark.parametrize("name", ["unpack_bundle", "unpack_file"])
def test_unpacking_has_the_select_of_the_view_for_one_insert(name: str) -> None:
    [migration] = [known for known in statements.migrations() if known.number == 2]
    view = migration.text.rpartition("AS\nWITH\n")[2]
    flattening = statements.query(name).partition("Follows `WITH requests AS (…),`.\n")[2]
    assert flattening.replace("FROM requests\n", "FROM {database}.otlp_ingest\n") == view


def test_a_request_twice_in_a_bundle_is_stored_once(database: Database, log: RequestLog) -> None:
    write(log, requests(2), FIRST)
    write(log, requests(2), FIRST)
    Unpacker(database, log).unpack(FIRST)
    assert count(database) == 6


def test_a_bundle_of_more_requests_than_a_url_can_name(database: Database, log: RequestLog) -> None:
    write(log, [span_request(number) for number in range(5_000)], FIRST)
    assert Unpacker(database, log).unpack(FIRST)
    assert count(database) == count(database, "requests_seen") == 5_000
    write(log, [span_request(number) for number in range(5_000)], SECOND)
    assert Unpacker(database, log).unpack(SECOND)
    assert count(database) == 5_000
    assert log.bundles() == []


def test_what_is_spans_already_is_not_logged_in_a_table_again(database: Database) -> None:
    log, sent = TableLog(database), [span_request(number) for number in range(5_000)]
    write(log, sent, FIRST)
    assert Unpacker(database, log).unpack(FIRST)
    SpanWriter(log, Bundles(1, 2**25)).write(sent)
    assert log.bundles() == []


def test_a_request_of_two_bundles_belongs_to_the_first(database: Database) -> None:
    log = TableLog(database)
    shared, other = requests(2)
    write(log, [shared], FIRST)
    write(log, [shared, other], SECOND)
    unpacker = Unpacker(database, log)
    assert not unpacker.unpack(SECOND)
    assert count(database) == 3
    assert unpacker.unpack(FIRST)
    assert unpacker.unpack(SECOND)
    assert count(database) == 6
    assert unpacker.logged_bundles() == []


def test_what_was_interrupted_after_the_spans_were_stored_is_not_stored_again(
    database: Database, log: RequestLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(log, requests(2), FIRST)
    unpacker = Unpacker(database, log)

    def killed(*_: Any) -> None:
        raise InterruptedError

    with monkeypatch.context() as patch:
        patch.setattr(unpacker, "_mark", killed)
        with pytest.raises(InterruptedError):
            unpacker.unpack(FIRST)
    assert count(database) == 6
    assert Unpacker(database, log).unpack(FIRST)
    assert count(database) == count(database, "link_spans") == 6
    assert log.bundles() == []


def test_a_bundle_that_is_kept_takes_what_arrives_later(database: Database, log: RequestLog) -> None:
    write(log, requests(1), FIRST)
    unpacker = Unpacker(database, log)
    assert not unpacker.unpack(FIRST, keep=True)
    write(log, requests(1, first_seed=50), FIRST)
    assert unpacker.unpack(FIRST)
    assert count(database) == 6


def test_bundles_are_listed_oldest_first_and_only_quiet_ones_when_asked(
    database: Database, log: RequestLog
) -> None:
    write(log, requests(1), SECOND)
    write(log, requests(1, first_seed=100), FIRST)
    assert Unpacker(database, log).logged_bundles() == [FIRST, SECOND]
    assert Unpacker(database, log).logged_bundles(quiet_seconds=60) == []


def test_a_sender_cannot_choose_its_bundle_or_hash(database: Database, log: RequestLog) -> None:
    [honest] = requests(1)
    forged = b"".join(block_of({7: honest}, SECOND))
    write(log, [forged[forged.index(honest) :]], FIRST)
    assert Unpacker(database, log).logged_bundles() == [FIRST]
    Unpacker(database, log).unpack(FIRST)
    assert count(database) == 3
    assert int(database.execute("SELECT countIf(RequestHash = 7) FROM requests_seen")) == 0


@pytest.fixture(params=["files", "table"])
def embedded_log(embedded_database: Database, files: FileLog, request: pytest.FixtureRequest) -> RequestLog:
    """The embedded engine's log, and the one it had until 2026-11."""
    return files if request.param == "files" else TableLog(embedded_database)


def test_what_cannot_be_unpacked_is_set_aside_and_its_neighbours_are_stored(
    embedded_database: Database, embedded_log: RequestLog
) -> None:
    database, log = embedded_database, embedded_log
    database.execute("ALTER TABLE otel_traces ADD CONSTRAINT no_seven CHECK SpanName != 'operation-200'")
    good, bad = requests(4), requests(1, first_seed=200)
    write(log, [*good, *bad], FIRST)
    assert Unpacker(database, log).unpack(FIRST)
    assert count(database) == 12
    assert count(database, "otlp_set_aside") == 1
    database.execute("ALTER TABLE otel_traces DROP CONSTRAINT no_seven")
    database.execute("INSERT INTO otlp_ingest (resource_spans) SELECT resource_spans FROM otlp_set_aside")
    assert count(database) == 15
    assert log.bundles() == []


def test_when_nothing_can_be_unpacked_the_bundle_stays(
    embedded_database: Database, embedded_log: RequestLog
) -> None:
    database, log = embedded_database, embedded_log
    database.execute("ALTER TABLE otel_traces ADD CONSTRAINT nothing CHECK SpanName = ''")
    write(log, requests(3), FIRST)
    with pytest.raises(Exception, match="nothing"):
        Unpacker(database, log).unpack(FIRST)
    assert log.bundles() == [FIRST]
    assert count(database, "otlp_set_aside") == 0
    database.execute("ALTER TABLE otel_traces DROP CONSTRAINT nothing")
    assert Unpacker(database, log).unpack(FIRST)
    assert count(database) == 9
