-- Keeps a request that cannot be unpacked, as it was decoded.
-- bundle: storage/bundle.py; hash: xxh3-128 of its bytes.
INSERT INTO otlp_set_aside
SELECT *
FROM otlp_log
WHERE bundle = {bundle:UInt64} AND reinterpretAsUInt128(request_hash) = {hash:UInt128}
LIMIT 1
