-- Slices of a window that were rolled up. first_start, end_start: Unix seconds, half open. By primary key.
SELECT DISTINCT Start
FROM link_figures
WHERE Resolution = 10 AND NOT ByOperation AND Start >= {first_start:UInt32} AND Start < {end_start:UInt32}
    AND Caller = ''
ORDER BY Start
