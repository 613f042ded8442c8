-- Calls, errors and latency of every service, operation and span kind, per minute. Fed from link_spans, which has
-- kinds, errors and sampling weights in one spelling.
--
-- Histogram: bucket → calls, bucket = floor(log2(ns + 1) * 32), see query/links/sketch.py. Calls, Errors, SumNs and
-- Histogram are weighted (head sampling), Spans is not.
CREATE TABLE IF NOT EXISTS {database}.service_minutes{local}
(
    Start DateTime CODEC(Delta(4), ZSTD(1)),
    Service LowCardinality(String) CODEC(ZSTD(1)),
    Operation LowCardinality(String) CODEC(ZSTD(1)),
    Kind UInt8 CODEC(ZSTD(1)),
    Spans SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    Calls SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    Errors SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    SumNs SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    MaxNs SimpleAggregateFunction(max, UInt64) CODEC(ZSTD(1)),
    Histogram SimpleAggregateFunction(sumMap, Map(UInt16, Float64)) CODEC(ZSTD(1)),
    ReceivedAt SimpleAggregateFunction(max, DateTime) CODEC(Delta(4), ZSTD(1))
)
ENGINE = {engine_prefix}AggregatingMergeTree
PARTITION BY toDate(ReceivedAt)
ORDER BY (Start, Service, Operation, Kind)
TTL ReceivedAt + INTERVAL {retention_days} DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000

-- split
-- The same per hour, for long windows.
CREATE TABLE IF NOT EXISTS {database}.service_hours{local} AS {database}.service_minutes{local}

-- split cluster
CREATE TABLE IF NOT EXISTS {database}.service_minutes AS {database}.service_minutes{local}
ENGINE = Distributed('{cluster}', '{database}', 'service_minutes_local', rand())

-- split cluster
CREATE TABLE IF NOT EXISTS {database}.service_hours AS {database}.service_hours{local}
ENGINE = Distributed('{cluster}', '{database}', 'service_hours_local', rand())

-- split
-- Two steps, so that a histogram is put together from a few counted buckets, not from a map per span.
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.service_minutes_mv{local} TO {database}.service_minutes{local} AS
SELECT
    Start,
    Service,
    Operation,
    Kind,
    sum(BucketSpans) AS Spans,
    sum(BucketCalls) AS Calls,
    sum(BucketErrors) AS Errors,
    sum(BucketSumNs) AS SumNs,
    max(BucketMaxNs) AS MaxNs,
    mapFromArrays(groupArray(LatencyBucket), groupArray(BucketCalls)) AS Histogram,
    max(BucketReceivedAt) AS ReceivedAt
FROM
(
    SELECT
        toDateTime(intDiv(Slice, 60) * 60) AS Start,
        Service,
        Operation,
        Kind,
        toUInt16(floor(log2(DurationNs + 1) * 32)) AS LatencyBucket,
        count() AS BucketSpans,
        sum(Weight) AS BucketCalls,
        sumIf(Weight, Error) AS BucketErrors,
        sum(Weight * DurationNs) AS BucketSumNs,
        max(DurationNs) AS BucketMaxNs,
        max(ReceivedAt) AS BucketReceivedAt
    FROM {database}.link_spans{local}
    GROUP BY Start, Service, Operation, Kind, LatencyBucket
)
GROUP BY Start, Service, Operation, Kind

-- split
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.service_hours_mv{local} TO {database}.service_hours{local} AS
SELECT
    toStartOfHour(minutes.Start) AS Start,
    Service,
    Operation,
    Kind,
    sum(minutes.Spans) AS Spans,
    sum(minutes.Calls) AS Calls,
    sum(minutes.Errors) AS Errors,
    sum(minutes.SumNs) AS SumNs,
    max(minutes.MaxNs) AS MaxNs,
    sumMap(minutes.Histogram) AS Histogram,
    max(minutes.ReceivedAt) AS ReceivedAt
FROM {database}.service_minutes{local} AS minutes
GROUP BY Start, Service, Operation, Kind
