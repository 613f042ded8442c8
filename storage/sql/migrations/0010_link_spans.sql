-- What dependency links need to know of each span, and no more (docs/links.md; docs/adr/0006-link-roll-up.md).
-- Short-lived: late spans are joined with what is here, window edges are computed from here.
--
-- Slice is ten seconds of span start, in Unix seconds: the unit that links are joined in. Inside a slice a trace
-- is contiguous. Partitioned by arrival so that wild clocks open no partitions and expiry drops whole parts.
CREATE TABLE IF NOT EXISTS {database}.link_spans{local}
(
    Slice UInt32 CODEC(Delta(4), ZSTD(1)),
    TraceId FixedString(16) CODEC(ZSTD(1)),
    -- Eight bytes read as little-endian.
    SpanId UInt64 CODEC(ZSTD(1)),
    ParentSpanId UInt64 CODEC(ZSTD(1)),
    StartNs Int64 CODEC(Delta(8), ZSTD(1)),
    DurationNs UInt64 CODEC(T64, ZSTD(1)),
    -- As in OTLP: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer.
    Kind UInt8 CODEC(ZSTD(1)),
    Service LowCardinality(String) CODEC(ZSTD(1)),
    Operation LowCardinality(String) CODEC(ZSTD(1)),
    Error Bool CODEC(ZSTD(1)),
    -- '', database, messaging, rpc, http
    Protocol LowCardinality(String) CODEC(ZSTD(1)),
    Sidecar Bool CODEC(ZSTD(1)),
    -- The other end as a caller span names it, '' when it does not.
    Peer LowCardinality(String) CODEC(ZSTD(1)),
    -- Calls this span stands for under head sampling.
    Weight Float64 CODEC(ZSTD(1)),
    -- Span links: key of the trace, key of the span (below).
    LinkedTraces Array(UInt64) CODEC(ZSTD(1)),
    LinkedSpans Array(UInt64) CODEC(ZSTD(1)),
    ReceivedAt DateTime CODEC(Delta(4), ZSTD(1)),
    -- What spans are joined by: 64 bits of a trace, 64 bits of a span within its trace.
    TraceKey UInt64 ALIAS cityHash64(TraceId),
    SpanKey UInt64 ALIAS bitXor(cityHash64(TraceId), SpanId),
    ParentKey UInt64 ALIAS if(ParentSpanId = 0, 0, bitXor(cityHash64(TraceId), ParentSpanId)),
    INDEX idx_received_at ReceivedAt TYPE minmax GRANULARITY 1
)
ENGINE = {engine_prefix}MergeTree
PARTITION BY toStartOfHour(ReceivedAt)
ORDER BY (Slice, TraceId)
TTL ReceivedAt + INTERVAL 25 HOUR
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
    merge_selector_base = 16, index_granularity = 2048

-- split cluster
CREATE TABLE IF NOT EXISTS {database}.link_spans AS {database}.link_spans{local}
ENGINE = Distributed('{cluster}', '{database}', 'link_spans_local', cityHash64(TraceId))

-- split
-- Peer names are rules P1–P6 of docs/links.md, the same as query/links/peer.py; sidecars H8; weights H9.
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.link_spans_mv{local} TO {database}.link_spans{local} AS
WITH
    (a, b) -> if(a != '', a, b) AS either,
    (port, usual) -> if(port = '' OR has(usual, port), '', concat(':', port)) AS suffix,
    host -> match(host, '^[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}$') AS is_ipv4,
    host -> if(is_ipv4(host), NOT startsWith(host, '127.'),
        countSubstrings(host, ':') > 1 AND host NOT IN ('::1', '[::1]')) AS is_bare_address,
    host -> multiIf(host = '', '',
        is_ipv4(host), concat(arrayStringConcat(arraySlice(splitByChar('.', host), 1, 2), '.'), '.*.*'),
        'ipv6') AS collapsed,
    ['1433', '1521', '3306', '5432', '5984', '6379', '7687', '8123', '9000', '9042', '9200', '11211', '26257',
     '27017', '50000'] AS database_ports,
    ['80', '443'] AS web_ports,
    Attributes AS a,

    -- Where the caller connects to: by name, by the URL it asks for, by its socket.
    either(a['server.address'], a['net.peer.name']) AS named_host,
    either(a['server.port'], a['net.peer.port']) AS named_port,
    if(named_host != '', '', either(a['http.host'], extract(either(a['url.full'], a['http.url']),
        '^[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^/?#@]*@)?([^/?#]*)'))) AS authority,
    either(named_host, extract(authority, '^(\\[[^\\]]*\\]|[^:]*)')) AS host,
    if(host = '', '', either(extract(authority, ':([0-9]+)$'), named_port)) AS port,
    either(a['network.peer.address'], either(a['net.peer.ip'], a['net.sock.peer.addr'])) AS socket_host,
    either(a['network.peer.port'], either(a['net.sock.peer.port'], a['net.peer.port'])) AS socket_port,
    either(host, socket_host) AS any_host,
    if(host != '', port, socket_port) AS any_port,

    either(a['db.system.name'], a['db.system']) AS database_system,
    either(a['db.namespace'], a['db.name']) AS database_name,
    either(a['rpc.service'], if(position(a['rpc.method'], '/') = 0, '',
        arrayStringConcat(arrayPopBack(splitByChar('/', a['rpc.method'])), '/'))) AS rpc_service,
    either(a['messaging.destination.template'],
        if(a['messaging.destination.temporary'] = 'true' OR a['messaging.destination.anonymous'] = 'true', '',
            either(a['messaging.destination.name'], a['messaging.destination']))) AS destination,

    multiIf(
        any_host != '' AND NOT is_bare_address(any_host), concat(any_host, suffix(any_port, database_ports)),
        database_name != '', database_name,
        database_system != '', transform(database_system,
            ['mssql', 'oracle', 'db2', 'dynamodb', 'cosmosdb', 'redshift', 'spanner', 'h2'],
            ['microsoft.sql_server', 'oracle.db', 'ibm.db2', 'aws.dynamodb', 'azure.cosmosdb', 'aws.redshift',
             'gcp.spanner', 'h2database']),
        collapsed(any_host)) AS database_peer,
    multiIf(
        a['messaging.system'] != '' AND destination != '', concat(a['messaging.system'], ':', destination),
        either(a['messaging.system'], destination)) AS queue_peer,
    multiIf(
        a['gen_ai.provider.name'] != '', a['gen_ai.provider.name'],
        a['gen_ai.system'] != '', a['gen_ai.system'],
        a['faas.invoked_name'] != '', a['faas.invoked_name'],
        either(a['rpc.system.name'], a['rpc.system']) = 'aws-api' AND rpc_service != '', rpc_service,
        host != '' AND NOT is_bare_address(host), concat(host, suffix(port, web_ports)),
        rpc_service != '', rpc_service,
        any_host != '' AND NOT is_bare_address(any_host), concat(any_host, suffix(any_port, web_ports)),
        collapsed(any_host)) AS external_peer
SELECT
    toUInt32(intDiv(toUnixTimestamp(toDateTime(Timestamp)), 10) * 10) AS Slice,
    toFixedString(unhex(leftPad(left(OtelTraceId, 32), 32, '0')), 16) AS TraceId,
    reinterpretAsUInt64(unhex(leftPad(left(OtelSpanId, 16), 16, '0'))) AS SpanId,
    reinterpretAsUInt64(unhex(leftPad(left(OtelParentSpanId, 16), 16, '0'))) AS ParentSpanId,
    toUnixTimestamp64Nano(Timestamp) AS StartNs,
    Duration AS DurationNs,
    Kind,
    ServiceName AS Service,
    SpanName AS Operation,
    StatusCode IN ('Error', 'STATUS_CODE_ERROR') AS Error,
    multiIf(
        Kind = 1, '',
        a['db.system.name'] != '' OR a['db.system'] != '' OR database_name != '', 'database',
        Kind IN (4, 5) OR a['messaging.system'] != '' OR a['messaging.destination.name'] != ''
            OR a['messaging.destination'] != '', 'messaging',
        a['rpc.system.name'] != '' OR a['rpc.system'] != '' OR a['rpc.service'] != '', 'rpc',
        a['http.request.method'] != '' OR a['http.method'] != '', 'http',
        '') AS Protocol,
    a['component'] = 'proxy' OR a['upstream_cluster'] != '' OR a['istio.canonical_service'] != ''
        OR a['istio.mesh_id'] != '' OR SdkName = 'envoy' OR startsWith(lower(ScopeName), 'envoy') AS Sidecar,
    if(Kind NOT IN (3, 4)
        OR (Kind = 3 AND either(a['messaging.operation.type'], a['messaging.operation']) = 'receive'), '',
        leftUTF8(multiIf(
            a['service.peer.name'] != '', a['service.peer.name'],
            a['peer.service'] != '', a['peer.service'],
            Protocol = 'database', database_peer,
            Protocol = 'messaging' AND queue_peer != '', queue_peer,
            external_peer), 200)) AS Peer,
    multiIf(
        match(TraceState, '(?:^|,)\\s*ot=(?:[^,]*;)?th:[0-9a-f]{1,14}(?:[;,]|\\s|$)'),
            least(72057594037927936 / (72057594037927936 - reinterpretAsUInt64(reverse(unhex(rightPad(extract(
                TraceState, '(?:^|,)\\s*ot=(?:[^,]*;)?th:([0-9a-f]{1,14})(?:[;,]|\\s|$)'), 14, '0'))))), 1000000.),
        match(a['SampleRate'], '^[0-9]{1,9}$'), least(greatest(toFloat64OrZero(a['SampleRate']), 1.), 1000000.),
        1.) AS Weight,
    arrayMap(id -> cityHash64(toFixedString(unhex(leftPad(left(id, 32), 32, '0')), 16)), LinkTraceIds) AS LinkedTraces,
    arrayMap((trace_key, id) -> bitXor(trace_key, reinterpretAsUInt64(unhex(leftPad(left(id, 16), 16, '0')))),
        LinkedTraces, LinkSpanIds) AS LinkedSpans,
    ReceivedAt
FROM
(
    SELECT
        Timestamp, Duration, ServiceName, SpanName, StatusCode, ScopeName, TraceState, ReceivedAt,
        TraceId AS OtelTraceId,
        SpanId AS OtelSpanId,
        ParentSpanId AS OtelParentSpanId,
        `Links.TraceId` AS LinkTraceIds,
        `Links.SpanId` AS LinkSpanIds,
        ResourceAttributes['telemetry.sdk.name'] AS SdkName,
        toUInt8(transform(replaceOne(lower(SpanKind), 'span_kind_', ''),
            ['internal', 'server', 'client', 'producer', 'consumer'], [1, 2, 3, 4, 5], 0)) AS Kind,
        -- One pass over the map: the fifty look-ups above then meet two or three keys, not all of them.
        mapFilter((name, _) -> name IN (
            'component', 'upstream_cluster', 'istio.canonical_service', 'istio.mesh_id', 'SampleRate',
            'service.peer.name', 'peer.service', 'server.address', 'server.port', 'net.peer.name', 'net.peer.port',
            'http.host', 'url.full', 'http.url', 'http.request.method', 'http.method',
            'network.peer.address', 'network.peer.port', 'net.peer.ip', 'net.sock.peer.addr', 'net.sock.peer.port',
            'db.system.name', 'db.system', 'db.namespace', 'db.name',
            'rpc.system.name', 'rpc.system', 'rpc.service', 'rpc.method',
            'messaging.system', 'messaging.destination.name', 'messaging.destination.template',
            'messaging.destination', 'messaging.destination.temporary', 'messaging.destination.anonymous',
            'messaging.operation.type', 'messaging.operation',
            'gen_ai.provider.name', 'gen_ai.system', 'faas.invoked_name'), SpanAttributes) AS Attributes
    FROM {database}.otel_traces{local}
)
