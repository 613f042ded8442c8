-- Writes one trace of {spans:UInt64} spans: generated traces of 20 spans under the root of the first of them, with
-- an event of a few hundred bytes on every twentieth span.
INSERT INTO otel_traces
(
    Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ResourceAttributes, ScopeName,
    ScopeVersion, SpanAttributes, Duration, StatusCode, SpanAttributeTypes, ResourceAttributeTypes,
    `Events.Timestamp`, `Events.Name`, `Events.Attributes`, EventAttributeTypes
)
WITH
    (
        SELECT argMin(SpanId, (Timestamp, SpanId)) FROM otel_traces WHERE ParentSpanId = '' AND TraceId NOT LIKE 'feed%'
    ) AS root_id,
    cityHash64(SpanId) % 20 = 0 AS has_event
SELECT
    Timestamp, {trace_id:String}, SpanId, if(ParentSpanId = '' AND SpanId != root_id, root_id, ParentSpanId), SpanName,
    SpanKind, ServiceName, ResourceAttributes, ScopeName, ScopeVersion, SpanAttributes, Duration, StatusCode,
    SpanAttributeTypes, ResourceAttributeTypes,
    if(has_event, [Timestamp], []),
    if(has_event, ['exception'], []),
    if(has_event, [map('exception.type', 'ConnectionError', 'exception.message', 'upstream reset the connection',
        'exception.stacktrace', repeat('File "app.py", line 12, in handler\n', 8))], []),
    if(has_event, ['sss'], [])
FROM otel_traces
WHERE TraceId NOT LIKE 'feed%'
ORDER BY Timestamp, SpanId
LIMIT {spans:UInt64}
