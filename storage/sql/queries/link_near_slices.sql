-- Every slice that holds something of the traces of some slices: parents, children, linked producers, consumers.
-- slices: Unix seconds, multiples of ten. Reads link_spans and link_traces by primary key.
SELECT DISTINCT Slice
FROM link_traces
WHERE TraceKey IN
(
    SELECT arrayJoin(arrayPushFront(LinkedTraces, cityHash64(TraceId)))
    FROM link_spans
    WHERE Slice IN {slices:Array(UInt32)}
)
