-- Everything needed to find the hops of some slices: their spans, and all other spans of the traces that meet
-- them there by parent, child or span link. Copies of a span come once.
-- slices, near_slices (link_near_slices of them): Unix seconds, multiples of ten. By primary key.
-- part, parts: only what the slices hold of one share of the traces (Mine), and what meets that.
SELECT
    Slice, TraceId, SpanId, SpanKey, ParentKey, StartNs, DurationNs, Kind, Service, Operation, Error, Protocol,
    Sidecar, Peer, Weight, LinkedSpans, toUnixTimestamp(ReceivedAt) AS ReceivedSeconds, LinkedTraces,
    CAST(Slice IN {slices:Array(UInt32)} AND cityHash64(TraceId) % {parts:UInt16} = {part:UInt16}, 'Bool') AS Mine
FROM link_spans
WHERE (Slice IN {slices:Array(UInt32)} AND cityHash64(TraceId) % {parts:UInt16} = {part:UInt16})
    OR (Slice IN {near_slices:Array(UInt32)} AND arrayExists(
        trace_key -> trace_key IN (
            SELECT arrayJoin(arrayPushFront(LinkedTraces, cityHash64(TraceId)))
            FROM link_spans
            WHERE Slice IN {slices:Array(UInt32)} AND cityHash64(TraceId) % {parts:UInt16} = {part:UInt16}),
        arrayPushFront(LinkedTraces, cityHash64(TraceId))))
LIMIT 1 BY SpanKey
