-- Calls, errors and latency of services per slot of 60 and 3600 seconds, written by the roll-up of links
-- (docs/adr/0006-link-roll-up.md) from de-duplicated spans. As in link_figures a slot is written whole under one
-- Version, readers take the largest Version of each Start, and link_slots says which slots may be read. A row of
-- Kind 255 stands for the slot itself.
--
-- ByOperation = 0: one row per service, its calls are its SERVER and CONSUMER spans, Spans are all.
-- ByOperation = 1: one row per service, operation and kind, its calls are all spans.
-- Histogram: bucket floor(log2(ns + 1) * 32) and calls in it, see query/links/sketch.py. Calls, Errors, SumNs and
-- Counts are weighted (head sampling), Spans is not. PeakCalls is the largest number of calls in one minute.
CREATE TABLE IF NOT EXISTS {database}.service_figures{local}
(
    Resolution UInt16 CODEC(ZSTD(1)),
    ByOperation Bool CODEC(ZSTD(1)),
    Start UInt32 CODEC(Delta(4), ZSTD(1)),
    Version UInt64 CODEC(Delta(8), ZSTD(1)),
    Service LowCardinality(String) CODEC(ZSTD(1)),
    Operation LowCardinality(String) CODEC(ZSTD(1)),
    Kind UInt8 CODEC(ZSTD(1)),
    Spans UInt64 CODEC(T64, ZSTD(1)),
    Calls Float64 CODEC(ZSTD(1)),
    Errors Float64 CODEC(ZSTD(1)),
    SumNs Float64 CODEC(ZSTD(1)),
    MaxNs UInt64 CODEC(ZSTD(1)),
    PeakCalls Float64 CODEC(ZSTD(1)),
    Buckets Array(UInt16) CODEC(Delta(2), ZSTD(1)),
    Counts Array(Float64) CODEC(ZSTD(1)),
    ComputedAt DateTime DEFAULT now() CODEC(ZSTD(1))
)
ENGINE = {engine_prefix}ReplacingMergeTree(Version)
PARTITION BY (Resolution, toDate(ComputedAt))
ORDER BY (Resolution, ByOperation, Start, Service, Operation, Kind)
TTL ComputedAt + toIntervalHour(if(Resolution = 60, 192, {retention_days} * 24))
SETTINGS ttl_only_drop_parts = 1, index_granularity = 1024

-- split cluster
CREATE TABLE IF NOT EXISTS {database}.service_figures AS {database}.service_figures{local}
ENGINE = Distributed('{cluster}', '{database}', 'service_figures_local', toUInt64(Start))
