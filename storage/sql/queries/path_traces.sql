-- A random part of the traces that have spans in some slices, and how many there are.
-- slices: Unix seconds, multiples of ten. By primary key.
SELECT TraceKey, count() OVER () AS Traces
FROM (SELECT DISTINCT cityHash64(TraceId) AS TraceKey FROM link_spans WHERE Slice IN {slices:Array(UInt32)})
ORDER BY intHash64(TraceKey)
LIMIT {limit:UInt32}
SETTINGS
    priority = 2, low_priority_query_wait_time_ms = 50,
    max_execution_time = 10, max_memory_usage = 4000000000
