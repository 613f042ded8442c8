-- Bundles in the log that nothing was written into for `quiet_seconds`, oldest first.
SELECT bundle
FROM otlp_log
GROUP BY bundle
HAVING max(logged_at) <= now() - {quiet_seconds:UInt32}
ORDER BY bundle
