-- All spans of one trace, as columns. The index table gives the trace's time range, which with the id is a
-- prefix of otel_traces' primary key; an unknown id has an empty range and reads nothing.
-- Plain columns on purpose: planning lambdas over the maps costs more than reading twenty spans.
WITH
    (
        SELECT (min(Start), max(End))
        FROM otel_traces_trace_id_ts
        WHERE TraceId = {trace_id:String}
    ) AS time_range
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
WHERE
    TraceId = {trace_id:String}
    AND toStartOfFiveMinutes(Timestamp) >= toStartOfFiveMinutes(time_range.1)
    AND toStartOfFiveMinutes(Timestamp) <= toStartOfFiveMinutes(time_range.2)
SETTINGS max_execution_time = 10, max_memory_usage = 4000000000, max_result_rows = 1000000
