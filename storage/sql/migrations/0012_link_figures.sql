-- Figures of dependency links per slot of time: 10 seconds (joined from link_spans), 60 and 3600 seconds (summed
-- from the finer ones). A slot is written whole, in one block, under one Version; readers take the largest Version
-- of each Start, so that a slot that changed is replaced, whoever wrote it and whenever they died.
-- A row with Caller = '' stands for the slot itself, so that a slot left without links replaces its old rows too.
--
-- Latencies are histograms: bucket floor(log2(ns + 1) * 32) with the weighted calls in it (query/links/sketch.py).
CREATE TABLE IF NOT EXISTS {database}.link_figures{local}
(
    Resolution UInt16 CODEC(ZSTD(1)),
    ByOperation Bool CODEC(ZSTD(1)),
    Start UInt32 CODEC(Delta(4), ZSTD(1)),
    Version UInt64 CODEC(Delta(8), ZSTD(1)),
    Caller LowCardinality(String) CODEC(ZSTD(1)),
    Callee LowCardinality(String) CODEC(ZSTD(1)),
    Kind LowCardinality(String) CODEC(ZSTD(1)),
    CallerKind LowCardinality(String) CODEC(ZSTD(1)),
    CalleeKind LowCardinality(String) CODEC(ZSTD(1)),
    Operation LowCardinality(String) CODEC(ZSTD(1)),
    Calls Float64 CODEC(ZSTD(1)),
    -- Errors: either side failed. CalleeErrors: the callee's own span did; of a virtual node, its caller's.
    Errors Float64 CODEC(ZSTD(1)),
    CalleeErrors Float64 CODEC(ZSTD(1)),
    Samples UInt64 CODEC(ZSTD(1)),
    FailedSamples UInt64 CODEC(ZSTD(1)),
    ClientBuckets Array(UInt16) CODEC(Delta(2), ZSTD(1)),
    ClientCounts Array(Float64) CODEC(ZSTD(1)),
    ClientMaxNs UInt64 CODEC(ZSTD(1)),
    ClientSumNs Float64 CODEC(ZSTD(1)),
    ServerBuckets Array(UInt16) CODEC(Delta(2), ZSTD(1)),
    ServerCounts Array(Float64) CODEC(ZSTD(1)),
    ServerMaxNs UInt64 CODEC(ZSTD(1)),
    ServerSumNs Float64 CODEC(ZSTD(1)),
    GapBuckets Array(UInt16) CODEC(Delta(2), ZSTD(1)),
    GapCounts Array(Float64) CODEC(ZSTD(1)),
    GapMaxNs UInt64 CODEC(ZSTD(1)),
    GapSumNs Float64 CODEC(ZSTD(1)),
    -- The slowest requests, and the slowest that failed: duration, trace, span, failed.
    SlowNs Array(UInt64) CODEC(ZSTD(1)),
    SlowTraces Array(FixedString(16)) CODEC(ZSTD(1)),
    SlowSpans Array(UInt64) CODEC(ZSTD(1)),
    SlowErrors Array(Bool) CODEC(ZSTD(1)),
    FailedNs Array(UInt64) CODEC(ZSTD(1)),
    FailedTraces Array(FixedString(16)) CODEC(ZSTD(1)),
    FailedSpans Array(UInt64) CODEC(ZSTD(1)),
    ComputedAt DateTime DEFAULT now() CODEC(ZSTD(1))
)
ENGINE = {engine_prefix}ReplacingMergeTree(Version)
PARTITION BY (Resolution, toDate(ComputedAt))
ORDER BY (Resolution, ByOperation, Start, Caller, Callee, Kind, Operation)
TTL ComputedAt + toIntervalHour(multiIf(Resolution = 10, 25, Resolution = 60, 192, {retention_days} * 24))
SETTINGS ttl_only_drop_parts = 1, index_granularity = 1024

-- split cluster
CREATE TABLE IF NOT EXISTS {database}.link_figures AS {database}.link_figures{local}
ENGINE = Distributed('{cluster}', '{database}', 'link_figures_local', toUInt64(Start))

-- split
-- Which slots of 60 and 3600 seconds may be read: Valid = 0 says that something in them changed after they were
-- summed. The row with Resolution 0 holds, in Start, the second up to whose arrivals everything is rolled up.
CREATE TABLE IF NOT EXISTS {database}.link_slots{local}
(
    Resolution UInt16,
    Start UInt32,
    Version UInt64,
    Valid Bool,
    ComputedAt DateTime DEFAULT now()
)
ENGINE = {engine_prefix}ReplacingMergeTree(Version)
PARTITION BY Resolution
ORDER BY (Resolution, if(Resolution = 0, 0, Start))
TTL ComputedAt + toIntervalHour(multiIf(Resolution = 60, 192, {retention_days} * 24))

-- split cluster
CREATE TABLE IF NOT EXISTS {database}.link_slots AS {database}.link_slots{local}
ENGINE = Distributed('{cluster}', '{database}', 'link_slots_local', toUInt64(Start))
