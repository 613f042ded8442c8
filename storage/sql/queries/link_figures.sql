-- Figures of links over chosen slots, summed per link, per step of slot_seconds, and per operation when asked.
-- slices, minutes, hours: starts of slots of 10, 60 and 3600 seconds that do not overlap, by_operation: 0 or 1,
-- caller, callee: only this link, '' for all. By primary key (Resolution, ByOperation, Start, Caller).
WITH
    wanted AS
    (
        SELECT Resolution, Start, max(Version) AS Version
        FROM link_figures
        WHERE ByOperation = {by_operation:UInt8} AND
        (
            (Resolution = 10 AND Start IN {slices:Array(UInt32)})
            OR (Resolution = 60 AND Start IN {minutes:Array(UInt32)})
            OR (Resolution = 3600 AND Start IN {hours:Array(UInt32)})
        )
        GROUP BY Resolution, Start
    ),
    arraySlice(arrayReverseSort(arrayZip(groupArrayArray(f.SlowNs), groupArrayArray(f.SlowTraces),
        groupArrayArray(f.SlowSpans), groupArrayArray(f.SlowErrors))), 1, 5) AS slow,
    arraySlice(arrayReverseSort(arrayZip(groupArrayArray(f.FailedNs), groupArrayArray(f.FailedTraces),
        groupArrayArray(f.FailedSpans))), 1, 5) AS failed,
    sumMap(f.ClientBuckets, f.ClientCounts) AS client,
    sumMap(f.ServerBuckets, f.ServerCounts) AS server,
    sumMap(f.GapBuckets, f.GapCounts) AS gap
SELECT
    toUInt32(intDiv(f.Start, {slot_seconds:UInt32}) * {slot_seconds:UInt32}) AS Start,
    f.Caller AS Caller, f.Callee AS Callee, f.Kind AS Kind, f.Operation AS Operation,
    max(f.CallerKind) AS CallerKind, max(f.CalleeKind) AS CalleeKind,
    sum(f.Calls) AS Calls, sum(f.Samples) AS Samples, sum(f.Errors) AS Errors, sum(f.FailedSamples) AS FailedSamples,
    sum(f.CalleeErrors) AS CalleeErrors,
    max(f.ClientMaxNs) AS ClientMaxNs, max(f.ServerMaxNs) AS ServerMaxNs, max(f.GapMaxNs) AS GapMaxNs,
    sum(f.ClientSumNs) AS ClientSumNs, sum(f.ServerSumNs) AS ServerSumNs, sum(f.GapSumNs) AS GapSumNs,
    slow.1 AS SlowNs, slow.2 AS SlowTraces, slow.3 AS SlowSpans, slow.4 AS SlowErrors,
    failed.1 AS FailedNs, failed.2 AS FailedTraces, failed.3 AS FailedSpans,
    client.1 AS ClientBuckets, client.2 AS ClientCounts,
    server.1 AS ServerBuckets, server.2 AS ServerCounts,
    gap.1 AS GapBuckets, gap.2 AS GapCounts
FROM link_figures AS f
WHERE f.ByOperation = {by_operation:UInt8} AND
    (
        (f.Resolution = 10 AND f.Start IN {slices:Array(UInt32)})
        OR (f.Resolution = 60 AND f.Start IN {minutes:Array(UInt32)})
        OR (f.Resolution = 3600 AND f.Start IN {hours:Array(UInt32)})
    )
    AND (f.Resolution, f.Start, f.Version) IN (SELECT Resolution, Start, Version FROM wanted)
    AND f.Caller != ''
    AND ({caller:String} = '' OR f.Caller = {caller:String})
    AND ({callee:String} = '' OR f.Callee = {callee:String})
GROUP BY Start, Caller, Callee, Kind, Operation
SETTINGS priority = 1
