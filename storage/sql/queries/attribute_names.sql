-- Names of span attributes in a window, the most frequent first, from its first 200,000 spans at most.
SELECT Name
FROM
(
    SELECT mapKeys(SpanAttributes) AS Names
    FROM otel_traces
    WHERE
        toStartOfFiveMinutes(Timestamp) >= toStartOfFiveMinutes(toDateTime({from_seconds:UInt32}))
        AND toStartOfFiveMinutes(Timestamp) <= toDateTime({to_seconds:UInt32})
        AND ({service:String} = '' OR ServiceName = {service:String})
    LIMIT 200000
)
ARRAY JOIN Names AS Name
WHERE startsWith(Name, {prefix:String})
GROUP BY Name
ORDER BY count() DESC, Name
LIMIT {limit:UInt32}
SETTINGS
    priority = 2, low_priority_query_wait_time_ms = 50,
    max_execution_time = 5, max_memory_usage = 2000000000
