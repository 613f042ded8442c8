-- Everything needed to find the hops of some slices: their spans, and all other spans of the traces that meet
-- them there by parent, child or span link. Copies of a span come once.
-- slices, near_slices (link_near_slices of them): Unix seconds, multiples of ten. By primary key.
-- first_trace, last_trace: 32 hexadecimal digits; only what the slices hold of the traces in between (Mine), and what
-- meets that. They belong to the primary key, so that of many portions each reads its own.
-- with_links: whether a span link may lead out of the portion (link_near_spans). Without, nothing is read
-- of the near slices' other traces.
WITH
    CAST(unhex({first_trace:String}), 'FixedString(16)') AS first_trace,
    CAST(unhex({last_trace:String}), 'FixedString(16)') AS last_trace
SELECT
    Slice, TraceId, SpanId, SpanKey, ParentKey, StartNs, DurationNs, Kind, Service, Operation, Error, Protocol,
    Sidecar, Peer, Weight, LinkedSpans, toUnixTimestamp(ReceivedAt) AS ReceivedSeconds, LinkedTraces,
    CAST(Slice IN {slices:Array(UInt32)} AND TraceId BETWEEN first_trace AND last_trace, 'Bool') AS Mine
FROM link_spans
WHERE
    (TraceId BETWEEN first_trace AND last_trace AND (
        Slice IN {slices:Array(UInt32)}
        OR (Slice IN {near_slices:Array(UInt32)} AND TraceId IN (
            SELECT TraceId
            FROM link_spans
            WHERE Slice IN {slices:Array(UInt32)} AND TraceId BETWEEN first_trace AND last_trace))))
    OR ({with_links:Bool} AND Slice IN {near_slices:Array(UInt32)} AND (
        cityHash64(TraceId) IN (
            SELECT arrayJoin(LinkedTraces)
            FROM link_spans
            WHERE Slice IN {slices:Array(UInt32)} AND TraceId BETWEEN first_trace AND last_trace)
        OR (notEmpty(LinkedTraces) AND arrayExists(
            trace_key -> trace_key IN (
                SELECT arrayJoin(arrayPushFront(LinkedTraces, cityHash64(TraceId)))
                FROM link_spans
                WHERE Slice IN {slices:Array(UInt32)} AND TraceId BETWEEN first_trace AND last_trace),
            LinkedTraces))))
LIMIT 1 BY SpanKey
