-- How many spans some slices hold, copies included, and whether any near them has span links. Reads slices and the sizes
-- of arrays alone.
SELECT
    countIf(Slice IN {slices:Array(UInt32)}) AS Spans,
    countIf(notEmpty(LinkedTraces)) > 0 AS WithLinks
FROM link_spans
WHERE Slice IN {slices:Array(UInt32)} OR Slice IN {near_slices:Array(UInt32)}
