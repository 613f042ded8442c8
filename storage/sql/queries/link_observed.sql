-- What links are judged by: calls, errors and the observed times (the caller's, else the callee's) of every link and
-- slot, as they were written. slices, minutes: starts of slots of 10 and 60 seconds. By primary key.
WITH wanted AS
(
    SELECT Resolution, Start, max(Version) AS Version
    FROM link_figures
    WHERE NOT ByOperation
        AND ((Resolution = 10 AND Start IN {slices:Array(UInt32)}) OR (Resolution = 60 AND Start IN {minutes:Array(UInt32)}))
    GROUP BY Resolution, Start
)
SELECT
    Start, Caller, Callee, Kind, Samples, Calls, Errors,
    if(notEmpty(ClientBuckets), ClientBuckets, ServerBuckets) AS Buckets,
    if(notEmpty(ClientBuckets), ClientCounts, ServerCounts) AS Counts
FROM link_figures
WHERE NOT ByOperation
    AND ((Resolution = 10 AND Start IN {slices:Array(UInt32)}) OR (Resolution = 60 AND Start IN {minutes:Array(UInt32)}))
    AND (Resolution, Start, Version) IN (SELECT Resolution, Start, Version FROM wanted)
    AND Caller != ''
