-- All spans of one trace, as columns. The index table gives the trace's time range, which with the id is a
-- prefix of otel_traces' primary key; an unknown id has an empty range and reads nothing.
-- Maps come as keys and values side by side, resources once per distinct text (many spans share one).
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
    toUnixTimestamp64Nano(Timestamp) AS StartNs,
    Duration AS DurationNs,
    StatusCode,
    StatusMessage,
    TraceState,
    Flags,
    mapKeys(SpanAttributes) AS AttributeKeys,
    mapValues(SpanAttributes) AS AttributeValues,
    SpanAttributeTypes AS AttributeTypes,
    cityHash64(ResourceAttributes) AS ResourceHash,
    ScopeName,
    ScopeVersion,
    mapKeys(ScopeAttributes) AS ScopeKeys,
    mapValues(ScopeAttributes) AS ScopeValues,
    ScopeAttributeTypes AS ScopeTypes,
    arrayMap(time -> toUnixTimestamp64Nano(time), `Events.Timestamp`) AS EventTimesNs,
    `Events.Name` AS EventNames,
    arrayMap(attributes -> mapKeys(attributes), `Events.Attributes`) AS EventKeys,
    arrayMap(attributes -> mapValues(attributes), `Events.Attributes`) AS EventValues,
    EventAttributeTypes AS EventTypes,
    `Links.TraceId` AS LinkTraceIds,
    `Links.SpanId` AS LinkSpanIds,
    `Links.TraceState` AS LinkTraceStates,
    arrayMap(attributes -> mapKeys(attributes), `Links.Attributes`) AS LinkKeys,
    arrayMap(attributes -> mapValues(attributes), `Links.Attributes`) AS LinkValues,
    LinkAttributeTypes AS LinkTypes
FROM otel_traces
WHERE
    TraceId = {trace_id:String}
    AND toStartOfFiveMinutes(Timestamp) >= toStartOfFiveMinutes(time_range.1)
    AND toStartOfFiveMinutes(Timestamp) <= toStartOfFiveMinutes(time_range.2)
