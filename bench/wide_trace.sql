-- Writes one trace of a root and {spans:UInt64} calls of one database below it, one after the other.
INSERT INTO otel_traces
(
    Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, SpanAttributes, Duration, StatusCode,
    SpanAttributeTypes
)
SELECT
    fromUnixTimestamp64Nano({start_ns:Int64} + number * 1000000) AS Timestamp,
    {trace_id:String} AS TraceId,
    lower(leftPad(hex(number + 1), 16, '0')) AS SpanId,
    if(number = 0, '', '0000000000000001') AS ParentSpanId,
    if(number = 0, 'nightly report', 'SELECT orders') AS SpanName,
    if(number = 0, 'Internal', 'Client') AS SpanKind,
    'reports' AS ServiceName,
    map('db.system.name', 'postgresql', 'db.query.text', 'SELECT * FROM orders WHERE id = ?') AS SpanAttributes,
    if(number = 0, ({spans:UInt64} + 1) * 1000000, 400000 + number % 7 * 50000) AS Duration,
    'Unset' AS StatusCode,
    'ss' AS SpanAttributeTypes
FROM numbers({spans:UInt64} + 1)
