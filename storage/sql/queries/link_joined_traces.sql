-- Everything needed to find the hops of some traces: their spans, and spans elsewhere whose span links name them.
-- Copies of a span come once. trace_keys: cityHash64 of the ids. By primary key.
WITH near AS
(
    SELECT DISTINCT Slice
    FROM link_traces
    WHERE TraceKey IN {trace_keys:Array(UInt64)}
)
SELECT
    Slice, TraceId, SpanId, SpanKey, ParentKey, StartNs, DurationNs, Kind, Service, Operation, Error, Protocol,
    Sidecar, Peer, Weight, LinkedSpans, toUnixTimestamp(ReceivedAt) AS ReceivedSeconds, TraceKey, LinkedTraces
FROM link_spans
WHERE Slice IN (SELECT Slice FROM near)
    AND (TraceKey IN {trace_keys:Array(UInt64)}
        OR arrayExists(linked -> linked IN {trace_keys:Array(UInt64)}, LinkedTraces))
LIMIT 1 BY SpanKey
