-- The store's clock in nanoseconds, the second up to whose arrivals links are rolled up (0: never), and the second in
-- which the oldest request that is still in the log came (now when it is empty): none of its spans arrives earlier, and
-- all of them can be read once it has left the log.
SELECT
    toUnixTimestamp64Nano(now64(9)) AS NowNs,
    (SELECT max(Start) FROM link_slots WHERE Resolution = 0) AS RolledUpTo,
    (SELECT if(count() = 0, toUnixTimestamp(now()), toUnixTimestamp(min(logged_at))) FROM otlp_log) AS UnpackingSince
