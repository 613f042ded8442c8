-- The busiest minute of each service: calls in it. Minutes are whole; a window's ends may lie inside one.
SELECT Service, max(MinuteCalls) AS PeakCalls
FROM
(
    SELECT Service, Start, sum(Calls) AS MinuteCalls
    FROM service_minutes
    WHERE
        Start >= toDateTime({from_seconds:UInt32}) AND Start < toDateTime({to_seconds:UInt32})
        AND Kind IN (2, 5)
    GROUP BY Service, Start
)
GROUP BY Service
SETTINGS max_execution_time = 10, max_memory_usage = 4000000000
