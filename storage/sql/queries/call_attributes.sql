-- Attributes of some spans: at most 128 each, values cut to 200 characters, for people to compare.
-- span_ids: lower-case hex; places: where their traces lie, as in trace_summaries.sql. Ids of spans are looked
-- at first: they leave fewer rows than their traces do.
SELECT
    TraceId,
    SpanId,
    SpanName,
    arraySlice(mapKeys(SpanAttributes), 1, 128) AS SpanNames,
    arrayMap(value -> leftUTF8(value, 200), arraySlice(mapValues(SpanAttributes), 1, 128)) AS SpanValues,
    arraySlice(mapKeys(ResourceAttributes), 1, 128) AS ResourceNames,
    arrayMap(value -> leftUTF8(value, 200), arraySlice(mapValues(ResourceAttributes), 1, 128)) AS ResourceValues
FROM otel_traces
PREWHERE SpanId IN {span_ids:Array(String)}
WHERE (toStartOfFiveMinutes(Timestamp), TraceId) IN {places:Array(Tuple(UInt32, String))}
LIMIT 1 BY TraceId, SpanId
SETTINGS
    priority = 2, low_priority_query_wait_time_ms = 50,
    max_execution_time = 10, max_memory_usage = 4000000000
