from dataclasses import replace

import pytest

from storage import cluster as cluster_module
from storage import migrations
from storage.client import Database
from storage.endpoint import ServerEndpoint, parse_server_url
from storage.errors import StorageUnavailable
from tests.clickhouse_server import ClickHouseServer
from tests.conftest import CLUSTER_NAME
from tests.storage.requests import request, requests, span
from tests.storing import SettledWriter

pytestmark = pytest.mark.server


def test_every_node_is_found_with_its_own_port(
    cluster: list[ClickHouseServer], shards: list[Database]
) -> None:
    found = cluster_module.nodes(shards[0])
    assert [node.port for node in found] == [server.http_port for server in cluster]


def test_an_unknown_cluster_is_said_so(cluster: list[ClickHouseServer]) -> None:
    endpoint = parse_server_url(cluster[0].url, cluster="elsewhere")
    database = Database(replace(endpoint, database="default"))
    with pytest.raises(StorageUnavailable, match="no cluster named 'elsewhere'"):
        cluster_module.nodes(database)
    database.close()


def test_one_migration_reaches_every_node(shards: list[Database]) -> None:
    for database in shards:
        assert migrations.pending(database) == []
        assert migrations.apply(database, migrations.SchemaOptions()) == []


def test_traces_are_spread_whole_and_stored_once_by_any_collector(shards: list[Database]) -> None:
    writers = [SettledWriter(database) for database in shards]
    sent = requests(40, spans_each=2)
    writers[0].write(sent[:30])
    writers[1].write(sent[20:])
    for database in shards:
        assert int(database.execute("SELECT count() FROM otel_traces")) == 80
        split = (
            "SELECT count() FROM (SELECT uniq(_shard_num) AS n FROM otel_traces GROUP BY TraceId) WHERE n > 1"
        )
        assert int(database.execute(split)) == 0
    held = [int(database.execute("SELECT count() FROM otel_traces_local")) for database in shards]
    assert sum(held) == 80
    assert min(held) > 0


def test_a_trace_of_several_bundles_is_whole_on_one_shard(shards: list[Database]) -> None:
    ids = [bytes([number]) * 16 for number in range(1, 21)]
    for part, database in enumerate([*shards, *shards]):
        spans = [span(part * 100 + number, trace_id=trace_id) for number, trace_id in enumerate(ids)]
        SettledWriter(database).write([request(spans).SerializeToString()])
    whole = "SELECT count() FROM (SELECT TraceId FROM otel_traces_local GROUP BY TraceId HAVING count() = 4)"
    assert sum(int(database.execute(whole)) for database in shards) == len(ids)


def test_endpoints_of_a_cluster_keep_its_name(shards: list[Database]) -> None:
    endpoint = shards[0].endpoint
    assert isinstance(endpoint, ServerEndpoint)
    assert endpoint.cluster == CLUSTER_NAME
