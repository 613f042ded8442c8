-- The type of a decoded request (storage/sql/otlp.proto), for those who decode without a table.
SELECT type
FROM system.columns
WHERE database = currentDatabase() AND table = 'otlp_ingest' AND name = 'resource_spans'
