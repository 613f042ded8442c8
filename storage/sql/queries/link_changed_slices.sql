-- Slices whose links can be changed by spans that arrived in `[from_second, to_second)`: their own, and those of
-- the traces they belong to or link to or are linked from. By the index on ReceivedAt and by primary key.
SELECT DISTINCT Slice
FROM link_traces
WHERE TraceKey IN
(
    SELECT arrayJoin(arrayPushFront(LinkedTraces, cityHash64(TraceId)))
    FROM link_spans
    WHERE ReceivedAt >= toDateTime({from_second:UInt32}) AND ReceivedAt < toDateTime({to_second:UInt32})
)
ORDER BY Slice
