-- One row when any span is stored.
SELECT 1 FROM otel_traces LIMIT 1
