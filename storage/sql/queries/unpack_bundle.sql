-- Decoded requests of one bundle into spans, each request once though it may be in the log twice.
-- bundle: storage/bundle.py; hashes: xxh3-128 of request bytes.
INSERT INTO otlp_ingest (resource_spans)
SELECT resource_spans
FROM otlp_log
WHERE bundle = {bundle:UInt64} AND reinterpretAsUInt128(request_hash) IN {hashes:Array(UInt128)}
LIMIT 1 BY request_hash
