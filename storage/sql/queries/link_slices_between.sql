-- Slices of a window that hold spans, and how many. By primary key.
-- first_slice, end_slice: Unix seconds, multiples of ten, half open.
SELECT Slice, count() AS Spans
FROM link_spans
WHERE Slice >= {first_slice:UInt32} AND Slice < {end_slice:UInt32}
GROUP BY Slice
ORDER BY Slice
