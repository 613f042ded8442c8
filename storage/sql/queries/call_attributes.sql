-- Attributes of some spans: at most 128 each, values cut to 200 characters, for people to compare.
-- trace_ids, span_ids: lower-case hex. By primary key: the traces' five minutes come from otel_traces_trace_id_ts.
SELECT
    TraceId,
    SpanId,
    SpanName,
    arraySlice(mapKeys(SpanAttributes), 1, 128) AS SpanNames,
    arrayMap(value -> leftUTF8(value, 200), arraySlice(mapValues(SpanAttributes), 1, 128)) AS SpanValues,
    arraySlice(mapKeys(ResourceAttributes), 1, 128) AS ResourceNames,
    arrayMap(value -> leftUTF8(value, 200), arraySlice(mapValues(ResourceAttributes), 1, 128)) AS ResourceValues
FROM otel_traces
WHERE (toStartOfFiveMinutes(Timestamp), TraceId) IN
    (
        SELECT
            arrayJoin(arrayMap(step -> toStartOfFiveMinutes(FirstSecond) + 300 * step,
                range(1 + least(intDiv(toUInt32(LastSecond) - toUInt32(toStartOfFiveMinutes(FirstSecond)), 300), 4032)))),
            IndexedId
        FROM
        (
            SELECT TraceId AS IndexedId, min(Start) AS FirstSecond, max(End) AS LastSecond
            FROM otel_traces_trace_id_ts
            WHERE TraceId IN {trace_ids:Array(String)}
            GROUP BY TraceId
        )
    )
    AND SpanId IN {span_ids:Array(String)}
LIMIT 1 BY TraceId, SpanId
SETTINGS max_execution_time = 10, max_memory_usage = 4000000000
