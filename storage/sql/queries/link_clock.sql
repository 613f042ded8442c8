-- The store's clock in nanoseconds, and the second up to whose arrivals links are rolled up (0: never).
SELECT toUnixTimestamp64Nano(now64(9)) AS NowNs, max(Start) AS RolledUpTo
FROM link_slots
WHERE Resolution = 0
