-- All spans of one trace, as columns. Its time range (trace_range.sql), as the least and the greatest start of five
-- minutes in Unix seconds, makes with the id a prefix of otel_traces' primary key. It comes as values, for a sub-query
-- or a function of them costs up to a millisecond of planning. For a small trace planning is all there is to save:
-- hence plain columns (no lambdas over maps), the few that nobody reads named instead of the thirty that somebody does
-- (half a millisecond), PREWHERE spelled out, and no search for a better plan, which a read by key does not have.
-- Compressing for a copy in memory is waste.
SELECT
    * EXCEPT (
        TraceId, LinkFlags, DroppedAttributes, DroppedEvents, DroppedLinks, ResourceSchemaUrl, ScopeSchemaUrl
    ),
    cityHash64(ResourceAttributes, ResourceAttributeTypes) AS ResourceHash
FROM otel_traces
PREWHERE
    TraceId = {trace_id:String}
    AND toStartOfFiveMinutes(Timestamp) BETWEEN {first_bucket:UInt32} AND {last_bucket:UInt32}
SETTINGS
    priority = 1, max_execution_time = 10, max_memory_usage = 4000000000, max_result_rows = 1000000,
    output_format_arrow_compression_method = 'none', query_plan_enable_optimizations = 0
