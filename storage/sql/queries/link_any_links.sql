-- Whether any span of some slices has span links. Reads the sizes of the arrays alone.
SELECT 1
FROM link_spans
WHERE Slice IN {slices:Array(UInt32)} AND notEmpty(LinkedTraces)
LIMIT 1
