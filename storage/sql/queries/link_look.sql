-- What can have changed links since a second, and the store's clock, in one look. One row per slice and second of
-- arrival: a mix of everything that arrived then for traces with something in the slice, and of where these traces
-- lie. Equal rows mean that the links of the slice are what they were. A row of slice 2^32-1 has the second up to whose
-- arrivals links are rolled up (0: never) and as Mix the store's time in nanoseconds.
-- By the index on ReceivedAt, and link_traces by primary key.
WITH arrived AS
(
    SELECT
        arrayJoin(arrayPushFront(LinkedTraces, cityHash64(TraceId))) AS TraceKey,
        toUnixTimestamp(ReceivedAt) AS Second,
        sum(intHash64(SpanKey)) AS Spans
    FROM link_spans
    WHERE ReceivedAt >= toDateTime({from_second:UInt32})
    GROUP BY TraceKey, Second
)
SELECT arrayJoin(Slices) AS Slice, Second, groupBitXor(cityHash64(TraceKey, Spans, Slices)) AS Mix
FROM arrived
INNER JOIN
(
    SELECT TraceKey, arraySort(groupUniqArray(Slice)) AS Slices
    FROM link_traces
    WHERE TraceKey IN (SELECT TraceKey FROM arrived)
    GROUP BY TraceKey
) AS places USING (TraceKey)
GROUP BY Slice, Second
UNION ALL
SELECT toUInt32(4294967295), max(Start), toUInt64(toUnixTimestamp64Nano(now64(9)))
FROM link_slots
WHERE Resolution = 0
