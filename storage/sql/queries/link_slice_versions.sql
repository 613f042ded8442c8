-- Under which version slices were rolled up last; none for slices that never were. By primary key.
-- slices: Unix seconds, multiples of ten.
SELECT Start, max(Version)
FROM link_figures
WHERE Resolution = 10 AND NOT ByOperation AND Start IN {slices:Array(UInt32)} AND Caller = ''
GROUP BY Start
