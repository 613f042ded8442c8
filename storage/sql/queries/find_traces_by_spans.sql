-- As find_traces.sql, for conditions that only spans can answer: one span must fulfil all of them. An empty string or
-- array means no condition. first_value, the value of the first attribute, is what the text index
-- idx_span_attribute_values is asked for; other attributes are read from all spans of the window.
SELECT
    lower(hex(TraceId)) AS Id,
    min(StartNs) AS TraceStartNs,
    max(EndNs) - min(StartNs) AS TraceDurationNs
FROM trace_parts
WHERE
    Bucket >= toStartOfFiveMinutes(toDateTime({read_from_seconds:UInt32}))
    AND Bucket <= toDateTime({read_to_seconds:UInt32})
    AND TraceId IN
    (
        SELECT toFixedString(unhex(leftPad(left(SpanTraceId, 32), 32, '0')), 16)
        FROM
        (
            SELECT DISTINCT TraceId AS SpanTraceId
            FROM otel_traces
            WHERE
                toStartOfFiveMinutes(Timestamp) >= toStartOfFiveMinutes(toDateTime({start_seconds:UInt32}))
                AND toStartOfFiveMinutes(Timestamp) <= toDateTime({read_to_seconds:UInt32})
                AND ({service:String} = '' OR ServiceName = {service:String})
                AND ({operation:String} = '' OR SpanName = {operation:String})
                AND ({status:String} = ''
                    OR (StatusCode IN ('Error', 'STATUS_CODE_ERROR')) = ({status:String} = 'error'))
                AND ({first_value:String} = '' OR has(mapValues(SpanAttributes), {first_value:String}))
                AND arrayAll((name, value) -> mapContains(SpanAttributes, name) AND SpanAttributes[name] = value,
                    {names:Array(String)}, {values:Array(String)})
                AND arrayAll((name, value) -> mapContains(ResourceAttributes, name) AND ResourceAttributes[name] = value,
                    {resource_names:Array(String)}, {resource_values:Array(String)})
                AND arrayAll((name, part) -> positionCaseInsensitiveUTF8(SpanAttributes[name], part) > 0,
                    {part_names:Array(String)}, {parts:Array(String)})
                AND arrayAll((name, part) -> positionCaseInsensitiveUTF8(ResourceAttributes[name], part) > 0,
                    {resource_part_names:Array(String)}, {resource_parts:Array(String)})
                AND arrayAll(name -> mapContains(SpanAttributes, name), {existing:Array(String)})
                AND arrayAll(name -> mapContains(ResourceAttributes, name), {resource_existing:Array(String)})
        )
    )
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
