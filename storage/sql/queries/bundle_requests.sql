-- The requests of a bundle, and the first bundle that has each: the same request may have come to two collectors.
-- bundle: storage/bundle.py.
SELECT reinterpretAsUInt128(request_hash) AS RequestHash, min(bundle) AS FirstBundle
FROM otlp_log
WHERE request_hash IN (SELECT request_hash FROM otlp_log WHERE bundle = {bundle:UInt64})
GROUP BY RequestHash
ORDER BY RequestHash
