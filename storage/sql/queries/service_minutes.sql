-- Calls, errors and latency of operations per minute, summed from spans, each span once. The rows of service_figures
-- with ByOperation = 1. slices: starts in Unix seconds; by primary key. Done in the background: no limit of time but
-- one that ends what hangs.
SELECT
    toUInt32(Minute) AS Start,
    Service,
    Operation,
    Kind,
    sum(BucketSpans) AS Spans,
    sum(BucketCalls) AS Calls,
    sum(BucketErrors) AS Errors,
    sum(BucketSumNs) AS SumNs,
    max(BucketMaxNs) AS MaxNs,
    Calls AS PeakCalls,
    arraySort(groupArray((Bucket, BucketCalls))) AS Histogram,
    Histogram.1 AS Buckets,
    Histogram.2 AS Counts
FROM
(
    SELECT
        intDiv(StartNs, 60000000000) * 60 AS Minute,
        Service,
        Operation,
        Kind,
        toUInt16(floor(log2(DurationNs + 1) * 32)) AS Bucket,
        count() AS BucketSpans,
        sum(Weight) AS BucketCalls,
        sumIf(Weight, Error) AS BucketErrors,
        sum(Weight * DurationNs) AS BucketSumNs,
        max(DurationNs) AS BucketMaxNs
    FROM
    (
        SELECT StartNs, DurationNs, Service, Operation, Kind, Error, Weight
        FROM link_spans
        WHERE Slice IN {slices:Array(UInt32)}
        LIMIT 1 BY SpanKey
    )
    GROUP BY Minute, Service, Operation, Kind, Bucket
)
GROUP BY Minute, Service, Operation, Kind
SETTINGS max_execution_time = 300, max_memory_usage = 4000000000
