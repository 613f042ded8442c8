-- A sample of the trace ids of some slices, 32 hexadecimal digits each, in order: a trace of many spans is in it more
-- often. The same each time, as long as the slices are.
SELECT hex(TraceId) AS Id
FROM
(
    SELECT arrayJoin(groupArraySample(4096)(TraceId)) AS TraceId
    FROM link_spans
    WHERE Slice IN {slices:Array(UInt32)}
)
ORDER BY TraceId
