-- The spans. The first 22 columns are those of the OTel Collector's ClickHouse exporter, by name and type, so
-- that it can write here and Grafana or HyperDX can read here. The rest have defaults.
--
-- ORDER BY: a trace is contiguous inside its five minutes (docs/adr/0003-span-order-on-disk.md).
-- PARTITION BY the day of arrival, not of the span: a sender with wild clocks cannot open partitions at will,
-- and retention drops whole parts.
CREATE TABLE IF NOT EXISTS {database}.otel_traces{local}
(
    Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ParentSpanId String CODEC(ZSTD(1)),
    TraceState String CODEC(ZSTD(1)),
    SpanName LowCardinality(String) CODEC(ZSTD(1)),
    SpanKind LowCardinality(String) CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion String CODEC(ZSTD(1)),
    SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Duration UInt64 CODEC(ZSTD(1)),
    StatusCode LowCardinality(String) CODEC(ZSTD(1)),
    StatusMessage String CODEC(ZSTD(1)),
    Events Nested(
        Timestamp DateTime64(9),
        Name LowCardinality(String),
        Attributes Map(LowCardinality(String), String)
    ) CODEC(ZSTD(1)),
    Links Nested(
        TraceId String,
        SpanId String,
        TraceState String,
        Attributes Map(LowCardinality(String), String)
    ) CODEC(ZSTD(1)),

    ReceivedAt DateTime DEFAULT now() CODEC(Delta(4), ZSTD(1)),
    Flags UInt32 DEFAULT 0 CODEC(ZSTD(1)),
    -- One letter per map entry, in the map's order: s string, b bool, i int, d double, x bytes (base64),
    -- a array, m map (JSON), A and M the same with deeper levels left as OTLP bytes, e empty.
    -- '' means the row came without types (the OTel exporter): all strings.
    SpanAttributeTypes LowCardinality(String) DEFAULT '' CODEC(ZSTD(1)),
    ResourceAttributeTypes LowCardinality(String) DEFAULT '' CODEC(ZSTD(1)),
    EventAttributeTypes Array(LowCardinality(String)) DEFAULT [] CODEC(ZSTD(1)),
    LinkAttributeTypes Array(LowCardinality(String)) DEFAULT [] CODEC(ZSTD(1)),
    LinkFlags Array(UInt32) DEFAULT [] CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) DEFAULT map() CODEC(ZSTD(1)),
    ScopeAttributeTypes LowCardinality(String) DEFAULT '' CODEC(ZSTD(1)),
    DroppedAttributes UInt32 DEFAULT 0 CODEC(ZSTD(1)),
    DroppedEvents UInt32 DEFAULT 0 CODEC(ZSTD(1)),
    DroppedLinks UInt32 DEFAULT 0 CODEC(ZSTD(1)),
    ResourceSchemaUrl LowCardinality(String) DEFAULT '' CODEC(ZSTD(1)),
    ScopeSchemaUrl LowCardinality(String) DEFAULT '' CODEC(ZSTD(1)),

    INDEX idx_span_attribute_values mapValues(SpanAttributes) TYPE text(tokenizer = 'array')
)
ENGINE = {engine_prefix}MergeTree
PARTITION BY toDate(ReceivedAt)
ORDER BY (toStartOfFiveMinutes(Timestamp), TraceId)
TTL ReceivedAt + INTERVAL {retention_days} DAY
-- New parts are one file each: creating 150 files costs an INSERT of 50,000 spans a tenth of its time. A merge takes
-- about sixteen parts and not five: a span is then rewritten a quarter as often (docs/adr/0011-request-log.md).
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
    merge_selector_base = 16, min_bytes_for_wide_part = 134217728

-- split cluster
CREATE TABLE IF NOT EXISTS {database}.otel_traces AS {database}.otel_traces_local
ENGINE = Distributed('{cluster}', '{database}', 'otel_traces_local', cityHash64(TraceId))

-- split
-- Where a span's trace lies in time: several rows per trace until merged, readers take min and max.
-- Name and columns are the OTel exporter's, which Grafana looks for.
CREATE TABLE IF NOT EXISTS {database}.otel_traces_trace_id_ts{local}
(
    TraceId String CODEC(ZSTD(1)),
    Start SimpleAggregateFunction(min, DateTime) CODEC(Delta(4), ZSTD(1)),
    End SimpleAggregateFunction(max, DateTime) CODEC(Delta(4), ZSTD(1)),
    ReceivedAt SimpleAggregateFunction(max, DateTime) CODEC(Delta(4), ZSTD(1))
)
ENGINE = {engine_prefix}AggregatingMergeTree
PARTITION BY toDate(ReceivedAt)
ORDER BY TraceId
TTL ReceivedAt + INTERVAL {retention_days} DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
    merge_selector_base = 16, index_granularity = 1024

-- split cluster
CREATE TABLE IF NOT EXISTS {database}.otel_traces_trace_id_ts AS {database}.otel_traces_trace_id_ts_local
ENGINE = Distributed('{cluster}', '{database}', 'otel_traces_trace_id_ts_local', cityHash64(TraceId))

-- split
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.otel_traces_trace_id_ts_mv{local} TO {database}.otel_traces_trace_id_ts{local} AS
SELECT
    TraceId,
    min(toDateTime(Timestamp)) AS Start,
    max(toDateTime(Timestamp)) AS End,
    max(otel_traces{local}.ReceivedAt) AS ReceivedAt
FROM {database}.otel_traces{local}
GROUP BY TraceId
