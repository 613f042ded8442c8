-- In which slices a trace has something to join: its own spans, and the consumers whose span links name it.
-- A span that arrives late is led by this to every slice whose links it can change.
CREATE TABLE IF NOT EXISTS {database}.link_traces{local}
(
    TraceKey UInt64 CODEC(ZSTD(1)),
    Slice UInt32 CODEC(ZSTD(1)),
    ReceivedAt SimpleAggregateFunction(max, DateTime) CODEC(ZSTD(1))
)
ENGINE = {engine_prefix}AggregatingMergeTree
PARTITION BY toStartOfHour(ReceivedAt)
ORDER BY (TraceKey, Slice)
TTL ReceivedAt + INTERVAL 25 HOUR
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
    merge_selector_base = 16, index_granularity = 512

-- split cluster
CREATE TABLE IF NOT EXISTS {database}.link_traces AS {database}.link_traces{local}
ENGINE = Distributed('{cluster}', '{database}', 'link_traces_local', TraceKey)

-- split
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.link_traces_mv{local} TO {database}.link_traces{local} AS
SELECT Key AS TraceKey, Slice, max(link_spans{local}.ReceivedAt) AS ReceivedAt
FROM {database}.link_spans{local}
ARRAY JOIN arrayDistinct(arrayPushFront(LinkedTraces, cityHash64(TraceId))) AS Key
GROUP BY Key, Slice
