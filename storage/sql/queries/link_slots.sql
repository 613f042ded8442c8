-- Slots of one resolution in a window that may be read, and those that may not.
-- first_start, end_start: Unix seconds, half open. By primary key.
SELECT Start, argMax(Valid, Version) AS Valid
FROM link_slots
WHERE Resolution = {resolution:UInt16} AND Start >= {first_start:UInt32} AND Start < {end_start:UInt32}
GROUP BY Start
ORDER BY Start
