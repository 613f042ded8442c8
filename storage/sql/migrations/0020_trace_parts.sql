-- What trace search needs of each trace, and no more: when it began and ended, and which services and operations
-- took part. One row per trace and inserted block; rows of a trace merge when they began in the same five minutes,
-- readers put the rest together (docs/adr/0010-trace-search.md).
--
-- Services and Operations are sets of 32-bit hashes with the lowest bit used for "its status was error". A hash may
-- name something else by chance: readers check the few traces they show against their spans.
CREATE TABLE IF NOT EXISTS {database}.trace_parts{local}
(
    Bucket DateTime CODEC(Delta(4), ZSTD(1)),
    TraceId FixedString(16) CODEC(ZSTD(1)),
    StartNs SimpleAggregateFunction(min, Int64) CODEC(ZSTD(1)),
    EndNs SimpleAggregateFunction(max, Int64) CODEC(ZSTD(1)),
    Services SimpleAggregateFunction(groupUniqArrayArray, Array(UInt32)) CODEC(ZSTD(1)),
    Operations SimpleAggregateFunction(groupUniqArrayArray, Array(UInt32)) CODEC(ZSTD(1)),
    ReceivedAt SimpleAggregateFunction(max, DateTime) CODEC(Delta(4), ZSTD(1))
)
ENGINE = {engine_prefix}AggregatingMergeTree
PARTITION BY toDate(ReceivedAt)
ORDER BY (Bucket, TraceId)
TTL ReceivedAt + INTERVAL {retention_days} DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
    merge_selector_base = 16

-- split cluster
CREATE TABLE IF NOT EXISTS {database}.trace_parts AS {database}.trace_parts{local}
ENGINE = Distributed('{cluster}', '{database}', 'trace_parts_local', cityHash64(TraceId))

-- split
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.trace_parts_mv{local} TO {database}.trace_parts{local} AS
WITH
    StatusCode IN ('Error', 'STATUS_CODE_ERROR') AS failed,
    hash -> bitOr(bitAnd(toUInt32(hash), 4294967294), toUInt32(failed)) AS marked
SELECT
    toStartOfFiveMinutes(min(Timestamp)) AS Bucket,
    toFixedString(unhex(leftPad(left(spans.TraceId, 32), 32, '0')), 16) AS TraceId,
    min(toUnixTimestamp64Nano(Timestamp)) AS StartNs,
    -- Clamped like Timestamp in 0002_ingest.sql, so that the sum cannot overflow.
    max(toUnixTimestamp64Nano(Timestamp) + toInt64(least(Duration, 4294967295000000000))) AS EndNs,
    groupUniqArray(marked(cityHash64(ServiceName))) AS Services,
    -- Hashes of the dictionary's entries, not of two strings per span.
    groupUniqArray(marked(cityHash64(ServiceName) + 31 * cityHash64(SpanName))) AS Operations,
    max(spans.ReceivedAt) AS ReceivedAt
FROM {database}.otel_traces{local} AS spans
GROUP BY spans.TraceId
