-- Traces that started in a window, by what trace_parts knows. Candidates: hashes may collide and rows far from the
-- window are not read, so the caller checks the few it shows (trace_summaries.sql).
--
-- Rows are read from a little before the window (a trace that began there is not in it) to an hour after it (the
-- later spans of its traces). by_parts = 1: one of the `services` hashes (search_hashes.sql) must be there, or one of
-- the `operations` hashes, or a span that failed (failed = 1) or did not (failed = 0). What is not asked for folds to
-- a constant, and its column is not read.
-- any_part = 1: any row will do that starts at rows_from_ns or later, as one of every trace that began since then does.
-- slowest: 0 newest first, 1 slowest first. paged = 1: only what comes after `after_*` in that order.
SELECT
    lower(hex(TraceId)) AS Id,
    min(StartNs) AS TraceStartNs,
    max(EndNs) - min(StartNs) AS TraceDurationNs
FROM trace_parts
WHERE
    Bucket >= toStartOfFiveMinutes(toDateTime({read_from_seconds:UInt32}))
    AND Bucket <= toDateTime({read_to_seconds:UInt32})
    AND ({by_parts:UInt8} = 0 OR TraceId IN
    (
        SELECT TraceId
        FROM trace_parts
        WHERE
            Bucket >= toStartOfFiveMinutes(toDateTime({start_seconds:UInt32}))
            AND Bucket <= toDateTime({read_to_seconds:UInt32})
            AND StartNs >= {rows_from_ns:Int64}
            AND (
                {any_part:UInt8} = 1
                OR (notEmpty({services:Array(UInt32)}) AND hasAny(Services, {services:Array(UInt32)}))
                OR (notEmpty({operations:Array(UInt32)}) AND hasAny(Operations, {operations:Array(UInt32)}))
                OR ({failed:UInt8} < 2 AND arrayExists(hash -> hash % 2 = {failed:UInt8}, Services))
            )
    ))
GROUP BY TraceId
HAVING
    TraceStartNs >= {start_ns:Int64}
    AND TraceStartNs < {end_ns:Int64}
    AND TraceDurationNs >= {min_duration_ns:Int64}
    AND TraceDurationNs <= {max_duration_ns:Int64}
    AND ({paged:UInt8} = 0
        OR (if({slowest:UInt8} = 1, TraceDurationNs, 0), TraceStartNs, TraceId)
            < ({after_duration_ns:Int64}, {after_start_ns:Int64}, toFixedString(unhex({after_id:String}), 16)))
ORDER BY
    if({slowest:UInt8} = 1, TraceDurationNs, 0) DESC,
    TraceStartNs DESC,
    TraceId DESC
LIMIT {limit:UInt32}
SETTINGS
    priority = 2, low_priority_query_wait_time_ms = 50,
    max_execution_time = 10, max_memory_usage = 4000000000, use_index_for_in_with_subqueries = 0
