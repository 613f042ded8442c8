-- The same as unpack_bundle.sql for requests that lie in a file, one after the other as they were sent.
-- path: of the file, without characters that ClickHouse would take for a pattern; structure: `resource_spans` and its
-- type; schema: path of storage/sql/otlp.proto and the message.
--
-- Blocks of 16 MB: smaller ones cost more time for each span (4 MB an eighth), larger ones memory.
INSERT INTO otel_traces
-- include span_columns
SETTINGS
    max_threads = 1, max_insert_threads = 1, insert_deduplicate = 1,
    deduplicate_blocks_in_dependent_materialized_views = 1, insert_deduplication_token = {token:String},
    optimize_on_insert = 0, short_circuit_function_evaluation = 'disable', os_thread_priority = 4,
    format_schema = {schema:String}, input_format_protobuf_oneof_presence = 1, input_format_parallel_parsing = 0,
    input_format_max_block_size_bytes = 16000000
WITH
    requests AS (SELECT resource_spans FROM file({path:String}, 'Protobuf', {structure:String})),
-- include requests_as_spans
