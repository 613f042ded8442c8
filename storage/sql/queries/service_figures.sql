-- Calls, errors and latency of services over chosen slots: minutes and hours from service_figures, slices span by
-- span from link_spans, each span once. Slots do not overlap, they are starts in Unix seconds.
-- start_ns, end_ns: cut spans of the slices at the nanosecond. by_operation, and what is a call: see the table.
-- service: '' means all. step_seconds: rows are also cut into steps of this length from origin_seconds, 0: none.
-- Both tables by primary key.
WITH wanted AS
(
    SELECT Resolution, Start, max(Version) AS Version
    FROM service_figures
    WHERE ByOperation = {by_operation:UInt8} AND
    (
        (Resolution = 60 AND Start IN {minutes:Array(UInt32)})
        OR (Resolution = 3600 AND Start IN {hours:Array(UInt32)})
    )
    GROUP BY Resolution, Start
)
SELECT
    if({step_seconds:UInt32} = 0, 0,
        intDiv(greatest(Second - {origin_seconds:Int64}, 0), {step_seconds:UInt32})) AS Step,
    Service,
    Operation,
    Kind,
    sum(SlotSpans) AS Spans,
    sum(SlotCalls) AS Calls,
    sum(SlotErrors) AS Errors,
    sum(SlotSumNs) AS SumNs,
    max(SlotMaxNs) AS MaxNs,
    max(SlotPeakCalls) AS PeakCalls,
    sumMap(SlotBuckets, SlotCounts) AS Histogram,
    Histogram.1 AS Buckets,
    Histogram.2 AS Counts
FROM
(
    SELECT
        toInt64(Start) AS Second, Service, Operation, Kind, Spans AS SlotSpans, Calls AS SlotCalls,
        Errors AS SlotErrors, SumNs AS SlotSumNs, MaxNs AS SlotMaxNs, PeakCalls AS SlotPeakCalls,
        Buckets AS SlotBuckets, Counts AS SlotCounts
    FROM service_figures
    WHERE ByOperation = {by_operation:UInt8} AND
        (
            (Resolution = 60 AND Start IN {minutes:Array(UInt32)})
            OR (Resolution = 3600 AND Start IN {hours:Array(UInt32)})
        )
        AND (Resolution, Start, Version) IN (SELECT Resolution, Start, Version FROM wanted)
        AND Kind != 255
        AND ({service:String} = '' OR Service = {service:String})
    UNION ALL
    SELECT
        Second, Service, Operation, Kind, sum(BucketSpans) AS SlotSpans, sum(BucketCalls) AS SlotCalls,
        sum(BucketErrors) AS SlotErrors, sum(BucketSumNs) AS SlotSumNs, max(BucketMaxNs) AS SlotMaxNs,
        SlotCalls AS SlotPeakCalls,
        groupArrayIf(Bucket, BucketCalls > 0) AS SlotBuckets,
        groupArrayIf(BucketCalls, BucketCalls > 0) AS SlotCounts
    FROM
    (
        SELECT
            intDiv(StartNs, 1000000000 * Cut) * Cut AS Second,
            Service,
            if({by_operation:UInt8} = 1, SpanOperation, '') AS Operation,
            if({by_operation:UInt8} = 1, SpanKind, 0) AS Kind,
            toUInt16(floor(log2(DurationNs + 1) * 32)) AS Bucket,
            count() AS BucketSpans,
            sumIf(Weight, IsCall) AS BucketCalls,
            sumIf(Weight, IsCall AND Error) AS BucketErrors,
            sumIf(Weight * DurationNs, IsCall) AS BucketSumNs,
            maxIf(DurationNs, IsCall) AS BucketMaxNs
        FROM
        (
            SELECT
                StartNs, DurationNs, Service, Operation AS SpanOperation, Kind AS SpanKind, Error, Weight,
                {by_operation:UInt8} = 1 OR Kind IN (2, 5) AS IsCall,
                toInt64(if({step_seconds:UInt32} BETWEEN 1 AND 59, {step_seconds:UInt32}, 60)) AS Cut
            FROM link_spans
            WHERE Slice IN {slices:Array(UInt32)}
                AND StartNs >= {start_ns:Int64} AND StartNs < {end_ns:Int64}
                AND ({service:String} = '' OR Service = {service:String})
            LIMIT 1 BY SpanKey
        )
        GROUP BY Second, Service, Operation, Kind, Bucket
    )
    GROUP BY Second, Service, Operation, Kind
)
GROUP BY Step, Service, Operation, Kind
ORDER BY Service, Operation, Kind, Step
LIMIT {limit:UInt32}
SETTINGS priority = 1, max_execution_time = 10, max_memory_usage = 4000000000
