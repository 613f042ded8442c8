-- What ClickHouse found damaged when it opened its tables, and put aside without a word; it stays until deleted.
SELECT table, count() AS parts, sum(bytes_on_disk) AS bytes
FROM system.detached_parts
WHERE database = currentDatabase() AND startsWith(reason, 'broken')
GROUP BY table
ORDER BY table
