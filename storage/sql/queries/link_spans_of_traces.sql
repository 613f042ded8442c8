-- What links need of every span of some traces, copies once. trace_keys: cityHash64 of the ids. By primary key.
SELECT
    Slice, TraceId, SpanId, SpanKey, ParentKey, StartNs, DurationNs, Kind, Service, Operation, Error, Protocol,
    Sidecar, Peer, Weight, LinkedSpans, toUnixTimestamp(ReceivedAt) AS ReceivedSeconds
FROM link_spans
WHERE Slice IN (SELECT DISTINCT Slice FROM link_traces WHERE TraceKey IN {trace_keys:Array(UInt64)})
    AND TraceKey IN {trace_keys:Array(UInt64)}
LIMIT 1 BY SpanKey
SETTINGS
    priority = 2, low_priority_query_wait_time_ms = 50,
    max_execution_time = 10, max_memory_usage = 4000000000, max_result_rows = 2000000
