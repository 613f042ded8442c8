-- Traces with a span that has some attribute values, by the text index over values: at most `limit`, in no order. Read
-- are the few granules that hold first_value, found before anything is read: a common value is refused then
-- (max_rows_to_read, two hundred granules), and one that is nowhere costs no more than planning.
-- The span must fulfil the other conditions too; an empty string means no condition.
SELECT DISTINCT TraceId
FROM otel_traces
WHERE
    toStartOfFiveMinutes(Timestamp) >= toStartOfFiveMinutes(toDateTime({start_seconds:UInt32}))
    AND toStartOfFiveMinutes(Timestamp) <= toDateTime({read_to_seconds:UInt32})
    AND has(mapValues(SpanAttributes), {first_value:String})
    AND ({service:String} = '' OR ServiceName = {service:String})
    AND ({operation:String} = '' OR SpanName = {operation:String})
    AND ({status:String} = '' OR (StatusCode IN ('Error', 'STATUS_CODE_ERROR')) = ({status:String} = 'error'))
    AND arrayAll((name, value) -> mapContains(SpanAttributes, name) AND SpanAttributes[name] = value,
        {names:Array(String)}, {values:Array(String)})
LIMIT {limit:UInt32}
SETTINGS
    max_threads = 1, use_skip_indexes_on_data_read = 0, max_rows_to_read = 1638400,
    max_execution_time = 10, max_memory_usage = 4000000000
