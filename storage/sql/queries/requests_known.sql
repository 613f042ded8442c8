-- Which of these requests are stored already, unpacked or still in the log.
-- hashes: xxh3-128 of request bytes.
SELECT RequestHash
FROM requests_seen
WHERE RequestHash IN {hashes:Array(UInt128)}
UNION ALL
SELECT reinterpretAsUInt128(request_hash) AS RequestHash
FROM otlp_log
WHERE RequestHash IN {hashes:Array(UInt128)}
