-- Engine clauses of the tables that hold rows: ORDER BY, TTL, settings.
SELECT name, engine_full
FROM system.tables
WHERE database = currentDatabase() AND engine LIKE '%MergeTree'
ORDER BY name
