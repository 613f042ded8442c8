-- Writes {traces:UInt64} traces of 20 spans each, started evenly over {length_ns:Int64} from {start_ns:Int64}.
-- Spans go through otel_traces, so that every materialized view does its work.
--
-- 60 shapes of request over 30 services: SERVER, CLIENT, INTERNAL, a database, a queue. Places 0–19 of a trace:
-- 0 root; 1→2, 5→6, 9→10, 11→12, 18→19 calls (CLIENT → SERVER); 15→16 a message; 4, 7, 13, 17 databases.
-- `left` and `right` are a span's share of the root's duration, in thousandths.
INSERT INTO otel_traces
(
    Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ResourceAttributes, ScopeName,
    ScopeVersion, SpanAttributes, Duration, StatusCode, SpanAttributeTypes, ResourceAttributeTypes
)
WITH
    [-1, 0, 1, 2, 2, 2, 5, 6, 6, 0, 9, 10, 11, 12, 12, 0, 15, 16, 16, 18] AS parents,
    ['Server', 'Client', 'Server', 'Internal', 'Client', 'Client', 'Server', 'Client', 'Internal', 'Client',
     'Server', 'Client', 'Server', 'Client', 'Internal', 'Producer', 'Consumer', 'Client', 'Client', 'Server'] AS kinds,
    [0, 0, 1, 1, 1, 1, 2, 2, 2, 0, 3, 3, 4, 4, 4, 0, 5, 5, 5, 6] AS hosts,
    [0, 20, 40, 50, 120, 200, 220, 230, 330, 480, 500, 520, 540, 560, 680, 900, 950, 960, 980, 985] AS lefts,
    [1000, 470, 450, 110, 190, 430, 410, 320, 400, 890, 870, 850, 830, 670, 820, 910, 1100, 975, 1090, 1080] AS rights,
    ['orders', 'items', 'users', 'prices', 'carts', 'stock', 'invoices'] AS nouns
SELECT
    fromUnixTimestamp64Nano(start_ns + intDiv(root_ns * lefts[place], 1000)) AS Timestamp,
    trace_id AS TraceId,
    lower(hex(reinterpretAsFixedString(cityHash64(trace_hash, place)))) AS SpanId,
    if(place = 1, '', lower(hex(reinterpretAsFixedString(cityHash64(trace_hash, parents[place] + 1))))) AS ParentSpanId,
    multiIf(
        place IN (5, 8, 14, 18), concat('SELECT ', noun),
        kinds[place] = 'Internal', concat('render ', noun),
        kinds[place] IN ('Producer', 'Consumer'), concat('publish ', noun),
        concat(['GET', 'POST', 'PUT'][1 + shape % 3], ' /api/', noun, '/{id}')) AS SpanName,
    kinds[place] AS SpanKind,
    service AS ServiceName,
    map(
        'service.name', service, 'service.version', '1.4.2', 'service.instance.id', instance,
        'host.name', concat('node-', toString(cityHash64(instance) % 50)), 'k8s.pod.name', instance,
        'deployment.environment.name', 'prod', 'telemetry.sdk.language', 'python') AS ResourceAttributes,
    'opentelemetry.instrumentation.asgi' AS ScopeName,
    '0.66b2' AS ScopeVersion,
    if(place IN (5, 8, 14, 18),
        map('db.system.name', 'postgresql', 'db.namespace', concat('db-', toString(hosts[place] + shape % 5)),
            'db.query.summary', concat('SELECT ', noun), 'server.address', concat('pg-', toString(shape % 5)),
            'server.port', '5432'),
        if(kinds[place] IN ('Producer', 'Consumer'),
            map('messaging.system', 'kafka', 'messaging.destination.name', noun, 'messaging.operation.type', 'send',
                'messaging.message.id', toString(trace_hash), 'server.address', 'kafka'),
            map('http.request.method', 'GET', 'http.response.status_code', if(failed, '500', '200'),
                'url.path', concat('/api/', noun, '/', toString(trace_hash % 10000)),
                'user.id', concat('u', toString(trace_hash % 1000000)),
                'http.route', concat('/api/', noun, '/{id}')))) AS SpanAttributes,
    intDiv(root_ns * (rights[place] - lefts[place]), 1000) AS Duration,
    if(failed, 'Error', 'Unset') AS StatusCode,
    if(place IN (5, 8, 14, 18), 'ssssi', if(kinds[place] IN ('Producer', 'Consumer'), 'sssss', 'sisss')) AS SpanAttributeTypes,
    'sssssss' AS ResourceAttributeTypes
FROM
(
    SELECT
        cityHash64({seed:UInt64}, number) AS trace_hash,
        lower(concat(hex(reinterpretAsFixedString(trace_hash)), hex(reinterpretAsFixedString(cityHash64(trace_hash))))) AS trace_id,
        {start_ns:Int64} + toInt64(({length_ns:Int64} / {traces:UInt64}) * number) AS start_ns,
        trace_hash % 60 AS shape,
        toInt64(20e6 * exp(randNormal(0, 0.7))) AS root_ns,
        toUInt8(arrayJoin(range(1, 21))) AS place,
        concat('svc-', leftPad(toString((shape * 7 + hosts[place] * (11 + shape % 3)) % 30), 2, '0')) AS service,
        concat(service, '-', toString((trace_hash + place) % 20)) AS instance,
        nouns[1 + (shape + hosts[place]) % 7] AS noun,
        place IN (12, 13) AND trace_hash % 100 = 7 AS failed
    FROM numbers({traces:UInt64})
)
