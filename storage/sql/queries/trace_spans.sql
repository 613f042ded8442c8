-- All spans of one trace, as columns. Its time range (trace_range.sql), which with the id is a prefix of
-- otel_traces' primary key, comes as values: a sub-query here would cost a millisecond of planning more.
-- Plain columns on purpose: planning lambdas over the maps costs more than reading twenty spans. PREWHERE is
-- spelled out, so that the planner need not look for what to move there; compressing for a copy in memory is waste.
SELECT
    SpanId,
    ParentSpanId,
    ServiceName,
    SpanName,
    SpanKind,
    Timestamp,
    Duration,
    StatusCode,
    StatusMessage,
    TraceState,
    Flags,
    ReceivedAt,
    SpanAttributes,
    SpanAttributeTypes,
    cityHash64(ResourceAttributes, ResourceAttributeTypes) AS ResourceHash,
    ResourceAttributes,
    ResourceAttributeTypes,
    ScopeName,
    ScopeVersion,
    ScopeAttributes,
    ScopeAttributeTypes,
    `Events.Timestamp`,
    `Events.Name`,
    `Events.Attributes`,
    EventAttributeTypes,
    `Links.TraceId`,
    `Links.SpanId`,
    `Links.TraceState`,
    `Links.Attributes`,
    LinkAttributeTypes
FROM otel_traces
PREWHERE
    TraceId = {trace_id:String}
    AND toStartOfFiveMinutes(Timestamp) >= toStartOfFiveMinutes(toDateTime({first_second:UInt32}))
    AND toStartOfFiveMinutes(Timestamp) <= toStartOfFiveMinutes(toDateTime({last_second:UInt32}))
SETTINGS
    max_execution_time = 10, max_memory_usage = 4000000000, max_result_rows = 1000000,
    output_format_arrow_compression_method = 'none'
