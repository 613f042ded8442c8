import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from opentelemetry.proto.common.v1.common_pb2 import KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from storage import migrations
from storage.bundles import Bundles
from storage.client import Database
from storage.endpoint import parse_server_url
from storage.errors import UndecodableBlock
from storage.table_log import TableLog
from storage.writer import SpanWriter
from tests.clickhouse_server import ClickHouseServer
from tests.storage.requests import START_NS, attributes, request, requests, span
from tests.storing import SettledWriter


def count(database: Database) -> int:
    return int(database.execute("SELECT count() FROM otel_traces"))


def only_row(database: Database, columns: str) -> tuple[Any, ...]:
    with database.connection() as client:
        [row] = client.query("SELECT " + columns + " FROM otel_traces").result_rows  # noqa: S608 - our own
    return tuple(row)


def test_every_field_of_a_span_arrives(database: Database) -> None:
    sent = span(
        7,
        trace_state="ot=th:8",
        parent_span_id=bytes(range(8)),
        flags=0x301,
        status=Status(code=Status.STATUS_CODE_ERROR, message="boom"),
        dropped_attributes_count=1,
        dropped_events_count=2,
        dropped_links_count=3,
        attributes={"http.route": "/a"},
        events=[
            Span.Event(time_unix_nano=START_NS + 9, name="exception", attributes=attributes({"retry": 2}))
        ],
        links=[
            Span.Link(
                trace_id=b"t" * 16,
                span_id=b"s" * 8,
                trace_state="a=b",
                flags=1,
                attributes=attributes({"why": True}),
            )
        ],
    )
    message = request([sent], resource={"host.cores": 4})
    message.resource_spans[0].schema_url = "https://resource"
    message.resource_spans[0].scope_spans[0].schema_url = "https://scope"
    message.resource_spans[0].scope_spans[0].scope.attributes.extend(attributes({"short": 0.5}))
    SettledWriter(database).write([message.SerializeToString()])

    assert only_row(
        database, "TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ServiceName"
    ) == (
        sent.trace_id.hex(),
        sent.span_id.hex(),
        "0001020304050607",
        "ot=th:8",
        "operation-7",
        "Server",
        "checkout",
    )
    assert only_row(
        database, "toUnixTimestamp64Nano(Timestamp), Duration, StatusCode, StatusMessage, Flags"
    ) == (
        START_NS + 7,
        5_000_000,
        "Error",
        "boom",
        0x301,
    )
    assert only_row(database, "ResourceAttributes, ResourceAttributeTypes, ScopeName, ScopeVersion") == (
        {"service.name": "checkout", "host.cores": "4"},
        "si",
        "tests",
        "1",
    )
    assert only_row(
        database,
        "arrayMap(t -> toUnixTimestamp64Nano(t), Events.Timestamp), Events.Name, Events.Attributes, "
        "EventAttributeTypes",
    ) == ([START_NS + 9], ["exception"], [{"retry": "2"}], ["i"])
    assert only_row(
        database,
        "Links.TraceId, Links.SpanId, Links.TraceState, Links.Attributes, LinkAttributeTypes, LinkFlags",
    ) == ([b"t".hex() * 16], [b"s".hex() * 8], ["a=b"], [{"why": "true"}], ["b"], [1])
    assert only_row(
        database, "ScopeAttributes, ScopeAttributeTypes, DroppedAttributes, DroppedEvents, DroppedLinks"
    ) == ({"short": "0.5"}, "d", 1, 2, 3)
    assert only_row(database, "ResourceSchemaUrl, ScopeSchemaUrl") == ("https://resource", "https://scope")


VALUES = {
    "string": ("s", 'line\n"quoted" ✓ \x00', 'line\n"quoted" ✓ \x00'),
    "empty string": ("s", "", ""),
    "bool": ("b", False, "false"),
    "int": ("i", -(2**63), str(-(2**63))),
    "double": ("d", 0.1, "0.1"),
    "bytes": ("x", b"\xff\x00", base64.b64encode(b"\xff\x00").decode()),
    "nothing": ("e", None, ""),
    "empty array": ("a", [], "[]"),
    "empty map": ("m", {}, "{}"),
}


def test_scalars_of_every_kind_survive(database: Database) -> None:
    sent = span(attributes={name: value for name, (_, value, _) in VALUES.items()})
    SettledWriter(database).write([request([sent]).SerializeToString()])
    assert only_row(database, "SpanAttributes, SpanAttributeTypes") == (
        {name: text for name, (_, _, text) in VALUES.items()},
        "".join(letter for letter, _, _ in VALUES.values()),
    )


def test_arrays_and_maps_become_json(database: Database) -> None:
    values = ['a"b\n', True, 2**53 + 1, 2.0, 1e300, None, ""]
    sent = span(attributes={"list": values, "map": {f'k{i}"': value for i, value in enumerate(values)}})
    SettledWriter(database).write([request([sent]).SerializeToString()])
    stored, types = only_row(database, "SpanAttributes, SpanAttributeTypes")
    assert types == "am"
    assert json.loads(stored["list"]) == values
    assert [type(item) for item in json.loads(stored["list"])] == [type(value) for value in values]
    assert json.loads(stored["map"]) == {f'k{i}"': value for i, value in enumerate(values)}


def test_odd_doubles_inside_arrays_are_the_words_of_protobufs_json(database: Database) -> None:
    sent = span(attributes={"odd": [float("nan"), float("inf"), float("-inf"), b"\x01"]})
    SettledWriter(database).write([request([sent]).SerializeToString()])
    [stored] = only_row(database, "SpanAttributes['odd']")
    assert json.loads(stored) == ["NaN", "Infinity", "-Infinity", "AQ=="]


def test_deeper_levels_stay_as_otlp_bytes(database: Database) -> None:
    sent = span(attributes={"deep": [{"role": "user", "parts": [1, [2]]}]})
    SettledWriter(database).write([request([sent]).SerializeToString()])
    stored, types = only_row(database, "SpanAttributes['deep'], SpanAttributeTypes")
    assert types == "A"
    [inner] = json.loads(stored)
    kept = KeyValueList.FromString(base64.b64decode(inner["otlp.KeyValueList"]))
    assert kept == sent.attributes[0].value.array_value.values[0].kvlist_value


def test_a_parent_of_zeros_is_none(database: Database) -> None:
    sent = span(1, parent_span_id=bytes(8))
    SettledWriter(database).write([request([sent]).SerializeToString()])
    assert only_row(database, "SpanId, ParentSpanId") == (sent.span_id.hex(), "")


def test_impossible_times_are_clamped(database: Database) -> None:
    late = span(1, start_time_unix_nano=2**64 - 1, end_time_unix_nano=5)
    SettledWriter(database).write([request([late]).SerializeToString()])
    assert only_row(database, "toUnixTimestamp64Nano(Timestamp), Duration") == (4_294_967_295 * 10**9, 0)


def test_a_request_sent_again_is_stored_once(database: Database) -> None:
    writer = SettledWriter(database)
    first, second, third = requests(3)
    writer.write([first, second])
    writer.write([second, third])
    SettledWriter(database).write([third, first])
    assert count(database) == 9
    writer.write([first, first])
    assert count(database) == 9


def test_garbage_is_refused_whole_and_leaves_nothing(database: Database) -> None:
    writer = SettledWriter(database, log=TableLog(database))
    with pytest.raises(UndecodableBlock):
        writer.write([*requests(2), b"\x0a\xff\xff"])
    assert count(database) == 0
    writer.write(requests(2))
    assert count(database) == 6


@pytest.mark.server
def test_the_first_writes_to_a_fresh_server_may_come_at_the_same_time(own_server: ClickHouseServer) -> None:
    database = Database(parse_server_url(own_server.url))
    migrations.apply(database, migrations.SchemaOptions())
    writer = SpanWriter(TableLog(database), Bundles(1, 2**25))
    together = threading.Barrier(8)

    def write(number: int) -> None:
        together.wait()
        writer.write(requests(1, first_seed=10 * number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert int(database.execute("SELECT count() FROM otlp_log")) == 8
    database.close()
