-- When the spans of some traces began, in Unix seconds: several rows per trace until merged, as trace_range.sql.
-- Settings as in trace_spans.sql.
SELECT
    TraceId,
    toUInt32(Start) AS FirstSecond,
    toUInt32(End) AS LastSecond
FROM otel_traces_trace_id_ts
PREWHERE TraceId IN {trace_ids:Array(String)}
SETTINGS max_execution_time = 10, query_plan_enable_optimizations = 0
