-- Values of one span attribute in a window, the most frequent first, from its first 200,000 spans at most.
SELECT Value
FROM
(
    SELECT SpanAttributes[{name:String}] AS Value
    FROM otel_traces
    WHERE
        toStartOfFiveMinutes(Timestamp) >= toStartOfFiveMinutes(toDateTime({from_seconds:UInt32}))
        AND toStartOfFiveMinutes(Timestamp) <= toDateTime({to_seconds:UInt32})
        AND ({service:String} = '' OR ServiceName = {service:String})
    LIMIT 200000
)
WHERE Value != '' AND startsWith(Value, {prefix:String})
GROUP BY Value
ORDER BY count() DESC, Value
LIMIT {limit:UInt32}
SETTINGS
    priority = 2, low_priority_query_wait_time_ms = 50,
    max_execution_time = 5, max_memory_usage = 2000000000
