-- One row per span from `requests` (a row per request, decoded), as otlp_ingest_mv makes them (0002_ingest.sql): a
-- test holds the two together. Follows `WITH requests AS (…),`.
    (v -> multiIf(
        v.kind = 1, toJSONString(v.s),
        v.kind = 3, toString(v.i),
        v.kind = 2, if(v.b, 'true', 'false'),
        v.kind = 4, multiIf(
            isNaN(v.d), '"NaN"',
            isInfinite(v.d), if(v.d > 0, '"Infinity"', '"-Infinity"'),
            match(toString(v.d), '[.e]'), toString(v.d),
            concat(toString(v.d), '.0')),
        v.kind = 7, concat('"', base64Encode(v.x), '"'),
        v.kind = 5, concat('{"otlp.ArrayValue":"', base64Encode(v.a), '"}'),
        v.kind = 6, concat('{"otlp.KeyValueList":"', base64Encode(v.m), '"}'),
        'null')) AS inner_json,
    (v -> multiIf(
        v.kind = 1, v.s,
        v.kind = 3, toString(v.i),
        v.kind = 2, if(v.b, 'true', 'false'),
        v.kind = 4, toString(v.d),
        v.kind = 7, base64Encode(v.x),
        v.kind = 5, concat('[', arrayStringConcat(arrayMap(w -> inner_json(w), v.a.values), ','), ']'),
        v.kind = 6, concat('{', arrayStringConcat(arrayMap(
            w -> concat(toJSONString(w.key), ':', inner_json(w.value)), v.m.values), ','), '}'),
        '')) AS text,
    (a -> mapFromArrays(a.key, arrayMap(v -> text(v), a.value))) AS to_map,
    (v -> multiIf(
        v.kind = 5 AND arrayExists(w -> w.kind IN (5, 6), v.a.values), 'A',
        v.kind = 6 AND arrayExists(w -> w.value.kind IN (5, 6), v.m.values), 'M',
        substring('esbidamx', v.kind + 1, 1))) AS letter,
    (a -> arrayStringConcat(arrayMap(v -> letter(v), a.value))) AS to_types,
    (ns -> fromUnixTimestamp64Nano(toInt64(least(ns, 4294967295000000000)))) AS to_time,
    unhex('0000000000000000') AS no_span
SELECT
    to_time(span.start_ns) AS Timestamp,
    lower(hex(span.trace_id)) AS TraceId,
    lower(hex(span.span_id)) AS SpanId,
    if(span.parent_span_id = no_span, '', lower(hex(substring(span.parent_span_id, 1, 32)))) AS ParentSpanId,
    span.trace_state AS TraceState,
    span.name AS SpanName,
    transform(span.kind, [1, 2, 3, 4, 5], ['Internal', 'Server', 'Client', 'Producer', 'Consumer'], 'Unspecified')
        AS SpanKind,
    service AS ServiceName,
    resource_map AS ResourceAttributes,
    scope_name AS ScopeName,
    scope_version AS ScopeVersion,
    to_map(span.attributes) AS SpanAttributes,
    -- Below 2^63, so that arithmetic on durations cannot wrap around.
    if(span.end_ns > span.start_ns, least(toUInt64(span.end_ns - span.start_ns), 9223372036854775806), 0)
        AS Duration,
    transform(span.status.code, [1, 2], ['Ok', 'Error'], 'Unset') AS StatusCode,
    span.status.message AS StatusMessage,
    arrayMap(ns -> to_time(ns), span.events.time_ns) AS `Events.Timestamp`,
    span.events.name AS `Events.Name`,
    arrayMap(a -> to_map(a), span.events.attributes) AS `Events.Attributes`,
    arrayMap(id -> lower(hex(id)), span.links.trace_id) AS `Links.TraceId`,
    arrayMap(id -> lower(hex(id)), span.links.span_id) AS `Links.SpanId`,
    span.links.trace_state AS `Links.TraceState`,
    arrayMap(a -> to_map(a), span.links.attributes) AS `Links.Attributes`,
    now() AS ReceivedAt,
    span.flags AS Flags,
    to_types(span.attributes) AS SpanAttributeTypes,
    resource_types AS ResourceAttributeTypes,
    arrayMap(a -> to_types(a), span.events.attributes) AS EventAttributeTypes,
    arrayMap(a -> to_types(a), span.links.attributes) AS LinkAttributeTypes,
    span.links.flags AS LinkFlags,
    scope_map AS ScopeAttributes,
    scope_types AS ScopeAttributeTypes,
    span.dropped_attributes AS DroppedAttributes,
    span.dropped_events AS DroppedEvents,
    span.dropped_links AS DroppedLinks,
    resource_schema_url AS ResourceSchemaUrl,
    scope_schema_url AS ScopeSchemaUrl
FROM
(
    -- One level per query, so that unnesting spans copies a scope's few fields and not the scope with its spans.
    SELECT
        resource_map,
        service,
        resource_types,
        resource_schema_url,
        scoped.scope.name AS scope_name,
        scoped.scope.version AS scope_version,
        to_map(scoped.scope.attributes) AS scope_map,
        to_types(scoped.scope.attributes) AS scope_types,
        scoped.schema_url AS scope_schema_url,
        scoped.spans AS spans
    FROM
    (
        SELECT
            to_map(resource_span.resource.attributes) AS resource_map,
            if(resource_map['service.name'] = '', 'unknown_service', resource_map['service.name']) AS service,
            to_types(resource_span.resource.attributes) AS resource_types,
            resource_span.schema_url AS resource_schema_url,
            resource_span.scope_spans AS scope_spans
        FROM requests
        ARRAY JOIN resource_spans AS resource_span
    )
    ARRAY JOIN scope_spans AS scoped
)
ARRAY JOIN spans AS span
