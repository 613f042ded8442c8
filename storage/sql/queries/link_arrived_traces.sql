-- Traces that spans arrived for since a second, or for whose consumers they did, per second of arrival: a row that is
-- what it was says that nothing more has arrived. By the index on ReceivedAt.
SELECT
    arrayJoin(arrayPushFront(LinkedTraces, cityHash64(TraceId))) AS TraceKey,
    toUnixTimestamp(ReceivedAt) AS Second,
    toUInt32(count()) AS Spans
FROM link_spans
WHERE ReceivedAt >= toDateTime({from_second:UInt32})
GROUP BY TraceKey, Second
