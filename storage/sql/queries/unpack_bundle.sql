-- Decoded requests of one bundle into spans, each request once though it may be in the log twice.
-- bundle: storage/bundle.py; hashes: xxh3-128 of request bytes.
--
-- Unpacking goes past otlp_ingest_mv: a view is planned anew for each block and gets the bundle as one block; here each
-- write of the log is flattened by itself, which takes less memory (docs/adr/0011-request-log.md).
--
-- One reading thread and one insert thread keep a repeated bundle cut in the same places, so that its token
-- deduplicates. Views group their rows already; grouping them once more on the way in gains nothing. Values have one of
-- eight kinds: taking the rows of each apart and putting them together again costs more than every branch for every
-- row, most of which are empty (an eighth of unpacking). Requests that wait for their answer come first, where the
-- process may say so (CAP_SYS_NICE): a quarter more of the smallest ones, at the same rate of large ones.
INSERT INTO otel_traces
-- include span_columns
SETTINGS
    max_threads = 1, max_insert_threads = 1, insert_deduplicate = 1,
    deduplicate_blocks_in_dependent_materialized_views = 1, insert_deduplication_token = {token:String},
    optimize_on_insert = 0, short_circuit_function_evaluation = 'disable', os_thread_priority = 4
WITH
    requests AS
    (
        SELECT resource_spans
        FROM otlp_log
        WHERE bundle = {bundle:UInt64} AND reinterpretAsUInt128(request_hash) IN {hashes:Array(UInt128)}
        LIMIT 1 BY request_hash
    ),
-- include requests_as_spans
