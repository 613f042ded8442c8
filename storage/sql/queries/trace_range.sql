-- When the spans of a trace began, in Unix seconds: a row per block they came in, until these are merged. The caller
-- takes the least and the greatest; aggregating here costs half as much again. A second thread costs more than it saves.
-- Settings as in trace_spans.sql.
SELECT
    toUInt32(Start) AS FirstSecond,
    toUInt32(End) AS LastSecond
FROM otel_traces_trace_id_ts
PREWHERE TraceId = {trace_id:String}
SETTINGS priority = 1, max_threads = 1, max_execution_time = 10, query_plan_enable_optimizations = 0
