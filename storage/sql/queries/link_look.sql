-- The store's clock in nanoseconds, the second up to whose arrivals links are rolled up (0: never), and what arrived
-- since two seconds, from_second <= next_second: equal answers mean that nothing arrived in between.
-- By the index on ReceivedAt.
SELECT
    toUnixTimestamp64Nano(now64(9)) AS NowNs,
    (SELECT max(Start) FROM link_slots WHERE Resolution = 0) AS RolledUpTo,
    count() AS Spans,
    groupBitXor(SpanKey + toUnixTimestamp(ReceivedAt)) AS Keys,
    countIf(ReceivedAt >= toDateTime({next_second:UInt32})) AS NextSpans,
    groupBitXorIf(SpanKey + toUnixTimestamp(ReceivedAt), ReceivedAt >= toDateTime({next_second:UInt32})) AS NextKeys
FROM link_spans
WHERE ReceivedAt >= toDateTime({from_second:UInt32})
