-- Applied migrations with the checksum of their text, in order.
SELECT Number, any(Checksum) AS Checksum
FROM schema_migrations
GROUP BY Number
ORDER BY Number
