-- Calls, errors and latency of services over a window cut into whole hours, whole minutes and two rests:
-- hours from service_hours, minutes from service_minutes, the rests span by span from link_spans.
-- service: '' means all. by_operation = 0: one row per service, calls are its SERVER and CONSUMER spans;
-- 1: one row per operation and kind, calls are all its spans. step_seconds: rows are also cut into steps of
-- this length counted from origin_seconds; 0 for one row.
SELECT
    if({step_seconds:UInt32} = 0, 0,
        intDiv(greatest(Second - {origin_seconds:Int64}, 0), {step_seconds:UInt32})) AS Step,
    Service,
    if({by_operation:UInt8} = 1, Operation, '') AS OperationName,
    if({by_operation:UInt8} = 1, Kind, 0) AS OperationKind,
    sum(Spans) AS SpanCount,
    sumIf(Calls, Counts) AS CallCount,
    sumIf(Errors, Counts) AS ErrorCount,
    sumIf(SumNs, Counts) AS TotalNs,
    maxIf(MaxNs, Counts) AS LongestNs,
    sumMapIf(Histogram, Counts) AS Latencies
FROM
(
    SELECT
        toInt64(toUnixTimestamp(Start)) AS Second, Service, Operation, Kind, Spans, Calls, Errors, SumNs, MaxNs,
        Histogram, {by_operation:UInt8} = 1 OR Kind IN (2, 5) AS Counts
    FROM service_hours
    WHERE
        Start >= toDateTime({hours_from:UInt32}) AND Start < toDateTime({hours_to:UInt32})
        AND ({service:String} = '' OR Service = {service:String})
    UNION ALL
    SELECT
        toInt64(toUnixTimestamp(Start)) AS Second, Service, Operation, Kind, Spans, Calls, Errors, SumNs, MaxNs,
        Histogram, {by_operation:UInt8} = 1 OR Kind IN (2, 5) AS Counts
    FROM service_minutes
    WHERE
        Start >= toDateTime({minutes_from:UInt32}) AND Start < toDateTime({minutes_to:UInt32})
        AND NOT (Start >= toDateTime({hours_from:UInt32}) AND Start < toDateTime({hours_to:UInt32}))
        AND ({service:String} = '' OR Service = {service:String})
    UNION ALL
    SELECT
        intDiv(StartNs, 1000000000) AS Second, Service, Operation, Kind, 1 AS Spans, Weight AS Calls,
        if(Error, Weight, 0) AS Errors, Weight * DurationNs AS SumNs, DurationNs AS MaxNs,
        map(toUInt16(floor(log2(DurationNs + 1) * 32)), Weight) AS Histogram,
        {by_operation:UInt8} = 1 OR Kind IN (2, 5) AS Counts
    FROM link_spans
    WHERE
        (
            (Slice >= {first_from_slice:UInt32} AND Slice < {minutes_from:UInt32} AND StartNs >= {start_ns:Int64})
            OR (Slice >= {minutes_to:UInt32} AND Slice <= {last_to_slice:UInt32})
        )
        AND StartNs < {end_ns:Int64}
        AND ({service:String} = '' OR Service = {service:String})
)
GROUP BY Step, Service, OperationName, OperationKind
ORDER BY Service, OperationName, OperationKind, Step
LIMIT 20000
SETTINGS max_execution_time = 10, max_memory_usage = 4000000000
