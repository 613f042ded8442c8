-- The second in which more than some spans have arrived since another one, and how many have arrived by its end; none
-- when fewer have. Seconds of arrival, half open. By the index on ReceivedAt.
SELECT Second, Arrived
FROM
(
    SELECT Second, sum(Spans) OVER (ORDER BY Second) AS Arrived
    FROM
    (
        SELECT toUnixTimestamp(ReceivedAt) AS Second, count() AS Spans
        FROM link_spans
        WHERE ReceivedAt >= toDateTime({from_second:UInt32}) AND ReceivedAt < toDateTime({to_second:UInt32})
        GROUP BY Second
    )
)
WHERE Arrived > {spans:UInt64}
ORDER BY Second
LIMIT 1
