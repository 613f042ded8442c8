-- Exact figures of a few traces from their spans: one row per trace and service, each span id once (of different
-- contents the longest, as query/traces/duplicates.py does). Matching: spans that fulfil the conditions alone.
--
-- places: (start of five minutes, trace id) wherever one of the traces has spans: the primary key. They come as values
-- (trace_ranges.sql), since planning a sub-query costs as much as reading; ids are looked at first, as they are what
-- keeps other columns from being read.
SELECT
    Id,
    Service,
    count() AS Spans,
    countIf(Failed) AS Errors,
    min(StartNs) AS FirstNs,
    max(EndNs) AS LastNs,
    min((ParentId != '', StartNs, SpanId, Name)) AS EarliestSpan,
    countIf(
        ({service:String} = '' OR Service = {service:String})
        AND ({operation:String} = '' OR Name = {operation:String})
        AND ({status:String} = '' OR Failed = ({status:String} = 'error'))
    ) AS Matching
FROM
(
    SELECT
        TraceId AS Id,
        SpanId,
        ParentSpanId AS ParentId,
        ServiceName AS Service,
        SpanName AS Name,
        StatusCode IN ('Error', 'STATUS_CODE_ERROR') AS Failed,
        toUnixTimestamp64Nano(Timestamp) AS StartNs,
        StartNs + toInt64(least(Duration, 4294967295000000000)) AS EndNs
    FROM otel_traces
    PREWHERE TraceId IN {trace_ids:Array(String)}
    WHERE (toStartOfFiveMinutes(Timestamp), TraceId) IN {places:Array(Tuple(UInt32, String))}
    ORDER BY Duration DESC, Timestamp
    LIMIT 1 BY Id, SpanId
)
GROUP BY Id, Service
ORDER BY Id, Service
SETTINGS max_execution_time = 10, max_memory_usage = 4000000000
