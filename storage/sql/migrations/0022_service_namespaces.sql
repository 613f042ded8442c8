-- Which OpenTelemetry namespace (resource attribute service.namespace) a service says it is part of, for the map.
-- Services that name none have no row. A service that names several, by instances under one name, has one row for
-- each; storage/sql/queries/service_namespaces.sql chooses.
--
-- A repeated INSERT adds what is there already: there is nothing to de-duplicate.
CREATE TABLE IF NOT EXISTS {database}.service_namespaces{local}
(
    Service LowCardinality(String) CODEC(ZSTD(1)),
    Namespace LowCardinality(String) CODEC(ZSTD(1)),
    ReceivedAt DateTime CODEC(Delta(4), ZSTD(1))
)
ENGINE = {engine_prefix}ReplacingMergeTree(ReceivedAt)
PARTITION BY toDate(ReceivedAt)
ORDER BY (Service, Namespace)
TTL ReceivedAt + INTERVAL {retention_days} DAY
SETTINGS ttl_only_drop_parts = 1

-- split cluster
CREATE TABLE IF NOT EXISTS {database}.service_namespaces AS {database}.service_namespaces{local}
ENGINE = Distributed('{cluster}', '{database}', 'service_namespaces_local', cityHash64(Service))

-- split
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.service_namespaces_mv{local} TO {database}.service_namespaces{local} AS
SELECT
    ServiceName AS Service,
    leftUTF8(ResourceAttributes['service.namespace'], 200) AS Namespace,
    max(spans.ReceivedAt) AS ReceivedAt
FROM {database}.otel_traces{local} AS spans
WHERE ResourceAttributes['service.namespace'] != ''
GROUP BY Service, Namespace
