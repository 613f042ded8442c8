-- Which of these requests are unpacked already. Reads one small granule per hash by primary key.
-- hashes: xxh3-128 of request bytes.
SELECT DISTINCT RequestHash
FROM requests_seen
WHERE RequestHash IN {hashes:Array(UInt128)}
